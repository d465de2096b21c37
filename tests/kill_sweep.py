"""A sweep into a store, killed at random moments until it is done: the data must equal an uninterrupted run's.

python tests/kill_sweep.py 20 # as many kills (SIGKILL) as asked for; prints what happened
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import sigspike as ss
from sigspike.store.ledger import Ledger

EXPERIMENT = ss.Experiment(
    problem=ss.SignalNoise(500, 1.0, 0.5),
    network=ss.PatchCNN(5),
    algorithm=ss.LabelNoiseGD(0.5),
    n_samples=30,
    n_steps=1500,
    record_at=(750, 1500),
    n_test=50,
    measure="summary",
)
AXES = {"problem.snr": [0.05, 0.1, 0.2], "algorithm.flip_rate": [0.0, 0.1, 0.2]}
N_SEEDS = 24


def run(store: Path):
    """The sweep itself."""
    return ss.sweep(EXPERIMENT, AXES, N_SEEDS, store=store)


def finished(store: Path) -> int:
    """Chunks that the ledger names."""
    return len(Ledger.of(store).chunks)


def kill_until_done(store: Path, n_kills: int, source: random.Random) -> int:
    """Start the sweep in a process of its own and kill it, ``n_kills`` times; returns the kills that hit its work."""
    hits = 0
    for _ in range(n_kills):
        before = finished(store)
        child = subprocess.Popen(
            [sys.executable, __file__, "--child", str(store)], env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        )
        while child.poll() is None and finished(store) == before:
            time.sleep(0.005)
        time.sleep(source.uniform(0, 0.15))
        hits += child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.wait()
    return hits


def check(folder: Path, n_kills: int, seed: int) -> str:
    """Kill, resume, compare bit for bit."""
    store = folder / "killed.zarr"
    hits = kill_until_done(store, n_kills, random.Random(seed))
    left = finished(store)
    data, whole = run(store), run(folder / "whole.zarr")
    for name in whole.data_vars:
        np.testing.assert_array_equal(data[name], whole[name])
    return f"{n_kills} processes, {hits} killed at work, {left} chunks kept by then of {finished(store)}: the same bits"


if __name__ == "__main__":
    import jax

    jax.config.update("jax_compilation_cache_dir", str(Path(__file__).parent.parent / ".jax_cache"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    if sys.argv[1] == "--child":
        run(Path(sys.argv[2]))
    else:
        total = int(sys.argv[1])
        for start in range(0, total, 4):
            with tempfile.TemporaryDirectory() as temporary:
                print(check(Path(temporary), min(4, total - start), seed=start), flush=True)
