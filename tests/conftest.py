"""Every test runs under beartype and jaxtyping, in x64 or float32, without rank promotion."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

# XLA warns of the machine's own features whenever it reads a compiled program back; before jax is
# loaded.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# What one process has compiled, no other need compile: workers, notebooks and killed sweeps read it
# back.
os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(__file__).parent.parent / ".jax_cache")
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.3"

import jax
import pytest
from jaxtyping import install_import_hook
from xdist.scheduler import LoadFileScheduling

FLOAT32 = os.environ.get("SIGSPIKE_PRECISION") == "float32"
# What is compiled in float64 is small and runs a few times: without LLVM's optimisations and with
# XLA's older emitters it compiles in a seventh of the time, and runs for twice as long. Figures and
# notebooks compile in less than half of it and run as for users. Processes that tests start inherit
# these flags.
QUICK = ("--xla_cpu_use_fusion_emitters=false", "--xla_backend_optimization_level=0")
EVEN = (QUICK[0], "--xla_backend_optimization_level=1", "--xla_cpu_parallel_codegen_split_count=2")
GIVEN = os.environ.get("XLA_FLAGS", "")


def with_flags(flags: tuple[str, ...]) -> str:
    """XLA_FLAGS with those that were given, and after them those of ``flags`` that this jaxlib
    knows.
    """
    return " ".join([GIVEN, *(flag for flag in flags if _is_known(flag))]).strip()


def _is_known(flag: str) -> bool:
    """Asked in a process of its own, which a flag unknown to XLA ends (jaxlib 0.12 has no older
    emitters).
    """
    probe = [sys.executable, "-c", "from jaxlib import _jax; _jax.CompileOptions()"]
    return not subprocess.run(
        probe, env=os.environ | {"XLA_FLAGS": flag}, capture_output=True, check=False
    ).returncode


os.environ["XLA_FLAGS"] = with_flags(EVEN if FLOAT32 else QUICK)

jax.config.update("jax_enable_x64", not FLOAT32)
jax.config.update("jax_numpy_rank_promotion", "raise")

install_import_hook("sigspike", "typechecker.checked")


# Share no fixtures, no programs
ALONE = ("tests/test_paper_", "tests/test_notebooks", "tests/test_random_grids")


class Scheduling(LoadFileScheduling):
    """A file's tests share fixtures and compiled programs, and stay together; those ``ALONE`` share
    nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(ALONE) else super()._split_scope(nodeid)


def pytest_collection_modifyitems(items):
    """Those ``ALONE`` first, for they are long; then the largest files: no worker waits long for
    the other.
    """
    size = Counter(item.path for item in items)
    items.sort(key=lambda item: (not item.nodeid.startswith(ALONE), -size[item.path]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Which tests go to one worker together."""
    return Scheduling(config, log)


@pytest.fixture(autouse=True, scope="module")
def _free_compiled_code():
    """XLA keeps what it compiled in memory; a module's programs go when its tests are done."""
    yield
    jax.clear_caches()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with real data files (``SIGSPIKE_DATA``), MNIST's under ``mnist/``."""
    folder = os.environ.get("SIGSPIKE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("SIGSPIKE_DATA names no folder")
    return Path(folder)


@pytest.fixture(scope="session")
def tolerance() -> float:
    """Relative rounding that a few hundred steps may add up to."""
    return 2e-3 if FLOAT32 else 1e-10
