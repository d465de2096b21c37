"""``sigspike doctor``: what is installed here, and whether it computes rightly."""

import importlib.util
import os
import platform
import sys
import time
from pathlib import Path

import jax

from sigspike.foundation.check import Refusal
from sigspike.foundation.oracle import verify_jax
from sigspike.foundation.provenance import provenance

# What a missing package takes away, and the extra that brings it.
EXTRAS = {
    "sklearn": ("handwritten digits without a file", "digits"),
    "distributed": ("sweeps on a cluster", "cluster"),
    "safetensors": ("weights as safetensors", "images"),
    "ipykernel": ("notebooks", "notebooks"),
    "torch": ("losses and data of PyTorch", "torch"),
}
CIFAR, MNIST = "cifar-10-batches-py", "mnist"


def doctor() -> None:
    """Say which versions and devices there are, check jax against NumPy, and name the folders in
    use; a message about a fault should bring these lines along.
    """
    state = provenance()
    for name, version in state["versions"].items():
        print(f"{name:12} {version}")
    print(f"{'python':12} {platform.python_version()} ({sys.executable})")
    machine = state["machine"]
    print(f"{'machine':12} {machine['system']} {machine['processor']}, {machine['cores']} cores")
    print(f"{'devices':12} {', '.join(str(device) for device in jax.devices())}")
    print(f"{'precision':12} {'float64' if state['x64'] else 'float32'}")
    print(f"{'arithmetic':12} {_arithmetic()}")
    print(f"{'cache':12} {_cache()}")
    print(f"{'data':12} {_data()}")
    for package, (purpose, extra) in EXTRAS.items():
        there = importlib.util.find_spec(package) is not None
        said = "there" if there else f'missing: pip install ".[{extra}]"'
        print(f"{package:12} {said} ({purpose})")


def _arithmetic() -> str:
    """Whether jax agrees with NumPy."""
    started = time.perf_counter()
    try:
        verify_jax()
    except RuntimeError as wrong:
        raise Refusal(f"`jax` must compute rightly: {wrong}") from None
    return f"jax agrees with NumPy ({time.perf_counter() - started:.1f} s)"


def _cache() -> str:
    """The folder of compiled programs, and what it holds."""
    folder = Path(jax.config.jax_compilation_cache_dir or "")  # type: ignore[attr-defined]
    files = [path for path in folder.glob("*") if path.is_file()] if folder.is_dir() else []
    size = sum(path.stat().st_size for path in files) / 1e6
    allowed = os.access(next(p for p in (folder, *folder.parents) if p.exists()), os.W_OK)
    return f"{folder} ({len(files)} files, {size:.0f} MB{'' if allowed else ', not writable'})"


def _data() -> str:
    """What lies in the folder of real images that tests read."""
    given = os.environ.get("SIGSPIKE_DATA")
    if given is None:
        return "SIGSPIKE_DATA is not set (tests on MNIST and CIFAR-10 are skipped)"
    known = [name for name in (MNIST, CIFAR, "cifar10n") if (Path(given) / name).is_dir()]
    return f"{given} ({', '.join(known) or 'no data that tests know'})"
