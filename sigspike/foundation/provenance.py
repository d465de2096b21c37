"""Where a result comes from: versions, commit, machine, the rules that made it, jax's settings."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax

from sigspike.foundation.check import Refusal

# Raise it with every change after which one description may give other numbers (draws, steps,
# measures, what an axis means) or another layout of a store: a store of other rules is refused, for
# it would be filled with both.
RULES = 4
# jax's settings that draws and precision depend on.
SETTINGS = (
    "jax_enable_x64",
    "jax_default_matmul_precision",
    "jax_default_prng_impl",
    "jax_threefry_partitionable",
    "jax_random_seed_offset",
)


def settings() -> dict[str, Any]:
    """The settings of jax here and now: some may be set for one thread alone."""
    return {name: getattr(jax.config, name) for name in SETTINGS}


def check_settings() -> None:
    """Refuse settings under which a run draws other numbers in a batch, or with room to spare, than
    by itself.
    """
    for name, needed in {
        "jax_default_prng_impl": "threefry2x32",
        "jax_threefry_partitionable": True,
    }.items():
        if getattr(jax.config, name) != needed:
            got = getattr(jax.config, name)
            raise Refusal(
                f"`{name}` must be {needed!r} for a sweep, whose cells draw as `simulate` does, "
                f"got {got!r}"
            )


@contextmanager
def under(given: Mapping[str, Any]) -> Iterator[None]:
    """The same settings in another thread or process; those that no thread can have for itself, in
    all of it.
    """
    with ExitStack() as stack:
        for name, value in given.items():
            setting = getattr(jax, name.removeprefix("jax_"), None)
            if setting is not None:
                stack.enter_context(setting(value))
            elif getattr(jax.config, name) != value:
                jax.config.update(name, value)
        yield


def provenance() -> dict[str, Any]:
    """Versions, commit and machine behind a result."""
    packages = {
        name: version(name) for name in ("sigspike", "jax", "equinox", "optax", "numpy", "xarray")
    }
    source = Path(__file__).parent
    answer = (
        subprocess.run(
            ["git", "-C", str(source), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            check=False,
        )
        if shutil.which("git")
        else None
    )
    commit = answer.stdout.strip() if answer and answer.returncode == 0 else None
    machine = {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "device": jax.default_backend(),
    }
    return {
        "versions": packages,
        "commit": commit,
        "machine": machine,
        "x64": bool(jax.config.jax_enable_x64),  # type: ignore[attr-defined]
    }
