"""The self-check of jax, and what importing sigspike costs."""

import subprocess
import sys

import pytest

import sigspike as ss
from sigspike.foundation.oracle import batched_answers


def test_this_jax_computes_rightly():
    ss.verify_jax()


def test_a_jax_that_computes_wrongly_is_named():
    with pytest.raises(RuntimeError, match=r"jax \S+ computes wrongly on cpu.*15\.0%"):
        ss.verify_jax(lambda rows, filters: 1.15 * batched_answers(rows, filters))


def test_nan_is_wrong_too():
    with pytest.raises(RuntimeError, match="computes wrongly"):
        ss.verify_jax(lambda rows, _: float("nan") * rows[:, 0])


def test_importing_sigspike_imports_nothing_heavy():
    heavy = {"matplotlib", "tyro", "tqdm", "zarr", "dask", "torch"}
    script = f"import sys, sigspike; print({heavy} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"
