"""Compiled programs are kept between calls of the command line."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jax

# XLA compares its own tuning hints with the machine's features whenever it reads a program.
HARMLESS = b"cpu_aot_loader"


@contextmanager
def compilation_cache() -> Iterator[None]:
    """JAX's persistent cache in the user's cache folder (or where ``JAX_COMPILATION_CACHE_DIR``
    says), without its complaints: lines of XLA about ``cpu_aot_loader`` do not reach the terminal,
    everything else does.
    """
    if jax.config.jax_compilation_cache_dir is None:  # type: ignore[attr-defined]
        folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sigspike"
        jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    sys.stderr.flush()
    terminal, python_side = os.dup(2), sys.stderr
    reading, writing = os.pipe()
    os.dup2(writing, 2)
    os.close(writing)
    if python_side is sys.__stderr__:
        sys.stderr = os.fdopen(os.dup(terminal), "w", buffering=1)
    copier = threading.Thread(target=_copy, args=(reading, terminal), daemon=True)
    copier.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stderr = python_side
        os.dup2(terminal, 2)
        copier.join(timeout=1)


def _copy(source: int, target: int) -> None:
    with os.fdopen(source, "rb") as lines:
        for line in lines:
            if HARMLESS not in line:
                os.write(target, line)
