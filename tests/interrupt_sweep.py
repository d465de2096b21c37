"""The command line, interrupted at random moments: it always says so and leaves nothing behind.

python tests/interrupt_sweep.py 20 # as many interrupts as asked for, every fourth a SIGTERM; prints
what happened
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START = (
    "import sys; print('up', flush=True); "
    "from sigspike_entry import entry; sys.argv[0] = 'sigspike'; entry()"
)
SIZES = "--n-samples 10 --n-steps 20000 --n-test 20 --n-seeds 20 --measure summary"
AXES = "--axis problem.snr 0.1 0.2 0.3 0.4 0.5 0.6"
PROBLEM = (
    "problem:signal-noise --problem.dim 50 --problem.signal-strength 2 --problem.noise-std 0.5"
)
SOONEST = 0.02  # seconds: before, Python itself has just learnt to read


def sweep(store: Path) -> list[str]:
    """The words of a sweep into a store."""
    return ["sweep", *SIZES.split(), *AXES.split(), "--store", str(store), *PROBLEM.split()]


def start(arguments: list[str], folder: Path, script: str = START) -> subprocess.Popen:
    """The command in a process of its own, in an empty folder and with one for temporary files,
    once Python is up.
    """
    for name in ("cwd", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    environment = os.environ | {"TMPDIR": str(folder / "tmp")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    call = [sys.executable, "-c", script, *arguments]
    process = subprocess.Popen(call, cwd=folder / "cwd", env=environment, **pipes)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def interrupt(process: subprocess.Popen, number: int, folder: Path) -> tuple[float, str]:
    """Send the signal; returns how long the process went on, and what it said. It must leave
    nothing behind.
    """
    began = time.perf_counter()
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    seconds = time.perf_counter() - began
    assert process.returncode == 128 + number, said
    assert "Traceback" not in said, said
    assert ("interrupted" if number == signal.SIGINT else "terminated") in said
    assert not [*(folder / "cwd").rglob("*"), *(folder / "tmp").rglob("*")]
    return seconds, said


def check(folder: Path, n_interrupts: int, seed: int, longest: float) -> str:
    """Interrupt the same call again and again, at most ``longest`` seconds after its start."""
    source, slowest, heard = random.Random(seed), 0.0, 0
    for k in range(n_interrupts):
        process = start(sweep(folder / "grid.zarr"), folder)
        time.sleep(source.uniform(SOONEST, longest))
        if process.poll() is not None:  # it was done: the next begins anew
            shutil.rmtree(folder / "grid.zarr")
            continue
        number, heard = (signal.SIGTERM if k % 4 == 3 else signal.SIGINT), heard + 1
        seconds, _ = interrupt(process, number, folder)
        slowest = max(slowest, seconds)
        assert {path.name for path in folder.iterdir()} <= {"cwd", "tmp", "grid.zarr"}
    assert heard > n_interrupts / 2
    return f"{heard} interrupts, every one heard; the slowest took {slowest:.2f} s"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(
            check(
                Path(temporary), int(sys.argv[1]), seed=0, longest=float((sys.argv[2:] or [6])[0])
            )
        )
