"""A check of the installed jax against NumPy: some releases compute wrongly, and say nothing."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

ROWS = 32_769


def batched_answers(rows: jax.Array, filters: jax.Array) -> jax.Array:
    """Σ_r max(0, ⟨w_r, x⟩)² for every row x: the product, activation and sum that every network
    here is made of.
    """
    return jax.jit(jax.vmap(lambda row: jnp.sum(jax.nn.relu(filters @ row) ** 2)))(rows)


@functools.cache
def verify_jax(compute: Callable[[jax.Array, jax.Array], jax.Array] = batched_answers) -> None:
    """Raise if a jitted, vmapped product followed by a sum differs from NumPy in float64 by more
    than 1e-3.

    jax 0.10.2 is 15 % off on CPU here. Runs once a process, before the first simulation.
    """
    random = np.random.default_rng(0)
    rows, filters = random.standard_normal((ROWS, 3)), random.standard_normal((3, 3))
    expected = np.sum(np.maximum(rows @ filters.T, 0) ** 2, axis=1)
    with jax.ensure_compile_time_eval():
        measured = np.asarray(compute(jnp.asarray(rows), jnp.asarray(filters)))
    error = float(np.max(np.abs(measured - expected)) / np.max(expected))
    if not error < 1e-3:
        raise RuntimeError(
            f"jax {jax.__version__} computes wrongly on {jax.default_backend()}: "
            "a batched product is off by "
            f"{error:.1%}; install a release that pyproject.toml allows, such as jax==0.10.1"
        )
