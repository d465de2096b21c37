"""Where a result comes from: versions, commit and machine."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax


def provenance() -> dict[str, Any]:
    """Versions, commit and machine behind a result."""
    packages = {name: version(name) for name in ("sigspike", "jax", "equinox", "optax", "numpy", "xarray")}
    source = Path(__file__).parent
    found = (
        subprocess.run(["git", "-C", str(source), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
        if shutil.which("git")
        else None
    )
    commit = found.stdout.strip() if found and found.returncode == 0 else None
    machine = {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "device": jax.default_backend(),
    }
    return {"versions": packages, "commit": commit, "machine": machine, "x64": bool(jax.config.jax_enable_x64)}  # type: ignore[attr-defined]
