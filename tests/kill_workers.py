"""A sweep on a dask cluster, whose workers are killed at work, must equal an undisturbed one.

python tests/kill_workers.py 10 # as many workers as asked for
"""

import os
import signal
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import long_sweep

from sigspike.files.store.ledger import Ledger
from sigspike.sweeps import workers

EVERY = 4  # chunks from one death to the next: a chunk that loses four workers is given up


def run(store: Path, n_chunks: int, cluster: str | None):
    """The sweep itself, in as many chunks as asked for."""
    return long_sweep.run(store, (2000,), n_chunks, 16, cluster=cluster)


def _kill(client, store: Path, n_kills: int, killed: list[int]) -> None:
    """Kill a worker whenever a few more chunks are done."""
    while len(killed) < n_kills:
        while len(Ledger.of(store).chunks) < EVERY * len(killed) + 1:
            time.sleep(0.05)
        try:
            victim = next(iter(client.run(os.getpid).values()))
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)
        except (OSError, StopIteration):  # the last one to die was asked, or none is back yet
            time.sleep(0.5)


def check(folder: Path, n_kills: int) -> str:
    """Compute, kill, compare bit for bit."""
    killed: list[int] = []
    plain = workers._client

    @contextmanager
    def watched(address):
        with plain(address) as client:
            arguments = client, folder / "killed.zarr", n_kills, killed
            threading.Thread(target=_kill, args=arguments, daemon=True).start()
            yield client

    workers._client = watched
    try:
        data = run(folder / "killed.zarr", EVERY * (n_kills + 1), "local:2")
    finally:
        workers._client = plain
    whole = run(folder / "whole.zarr", EVERY * (n_kills + 1), None)
    long_sweep.assert_same_bits(data, whole)
    assert len(set(killed)) == n_kills
    n_chunks = len(Ledger.of(folder / "killed.zarr").chunks)
    return f"{n_kills} workers killed, {n_chunks} chunks: the same bits"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(check(Path(temporary), int(sys.argv[1])))
