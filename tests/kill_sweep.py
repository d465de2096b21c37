"""A sweep into a store, killed at random until it is done, must equal an uninterrupted one.

python tests/kill_sweep.py 100 # as many kills (SIGKILL) as asked for; prints what happened
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import long_sweep

from sigspike.files.store.ledger import Ledger

ROUND = 10  # kills a store; it has more chunks


def run(store: Path):
    """The sweep itself, in a dozen chunks."""
    return long_sweep.run(store, (300, 600), 6, 8, {"problem.snr": [0.05, 0.1, 0.2]})


def kill_until_done(store: Path, n_kills: int, source: random.Random) -> int:
    """Start the sweep in a process of its own and kill it, ``n_kills`` times; returns the kills
    that hit its work.

    For a process that has imported jax and not used it: what is forked from it need not import it
    again.
    """
    hits = 0
    for _ in range(n_kills):
        before = len(Ledger.of(store).chunks)
        child = os.fork()
        if child == 0:
            run(store)
            os._exit(0)
        while os.waitpid(child, os.WNOHANG)[0] == 0 and len(Ledger.of(store).chunks) == before:
            time.sleep(0.005)
        time.sleep(source.uniform(0, 0.15))
        try:
            os.kill(child, signal.SIGKILL)
            hits += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        except (ProcessLookupError, ChildProcessError):  # it was done
            continue
    return hits


def check(folder: Path, n_kills: int, seed: int, whole: Path | None = None) -> str:
    """Kill, resume, compare bit for bit."""
    store = folder / "killed.zarr"
    call = [sys.executable, __file__, "--kill", str(store), str(n_kills), str(seed)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    hits = int(
        subprocess.run(call, env=environment, check=True, capture_output=True, text=True).stdout
    )
    left = len(Ledger.of(store).chunks)
    data, expected = run(store), run(whole or folder / "whole.zarr")
    long_sweep.assert_same_bits(data, expected)
    kept = f"{left} chunks kept by then of {len(Ledger.of(store).chunks)}"
    return f"{n_kills} processes, {hits} killed at work, {kept}: the same bits"


if __name__ == "__main__":
    import jax

    jax.config.update("jax_compilation_cache_dir", str(Path(__file__).parent.parent / ".jax_cache"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    if sys.argv[1] == "--kill":
        print(kill_until_done(Path(sys.argv[2]), int(sys.argv[3]), random.Random(int(sys.argv[4]))))
    else:
        total = int(sys.argv[1])
        with tempfile.TemporaryDirectory() as temporary:
            for start in range(0, total, ROUND):
                folder = Path(temporary) / str(start)
                folder.mkdir()
                print(
                    check(folder, min(ROUND, total - start), start, Path(temporary) / "whole.zarr"),
                    flush=True,
                )
