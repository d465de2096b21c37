"""Sobol' indices of a function of independent uniform inputs, with bootstrap intervals."""

import numpy as np
import xarray as xr
from jaxtyping import Float


def saltelli(n_inputs: int, n_base: int, seed: int = 0) -> Float[np.ndarray, "point input"]:
    """The (k + 2) N points of Saltelli et al. (2010) in the unit cube: A, B, then A with column i
    of B for every i.

    A and B are the halves of a Sobol' sequence in 2k dimensions, moved by one random shift (modulo
    1). N = ``n_base`` must be a power of 2.
    """
    from scipy.stats import qmc

    sequence = qmc.Sobol(2 * n_inputs, scramble=False).random_base2(int(n_base).bit_length() - 1)
    both = (sequence + np.random.default_rng(seed).random(2 * n_inputs)) % 1
    a, b = both[:, :n_inputs], both[:, n_inputs:]
    mixed = [np.where(np.arange(n_inputs) == column, b, a) for column in range(n_inputs)]
    return np.concatenate([a, b, *mixed])


def indices(
    values: Float[np.ndarray, "output point"],
    names: list[str],
    outputs: list[str],
    n_resamples: int,
    seed: int = 0,
) -> xr.Dataset:
    """First-order and total indices of outputs at the points of ``saltelli``, over ``order``,
    ``output``, ``input``.

    S_i = Var E[f | x_i] / Var f and T_i = E Var[f | all but x_i] / Var f, by the estimators of
    Saltelli (2010) and Jansen (1999). ``index``, and ``resampled`` along ``draw``: the same on N
    base points drawn with replacement, of which quantiles are intervals and standard deviations are
    errors. A constant output has indices 0.
    """
    n_inputs = len(names)
    blocks = values.reshape(len(outputs), n_inputs + 2, -1)
    n_base, rng = blocks.shape[-1], np.random.default_rng(seed)
    chosen = rng.integers(n_base, size=(n_resamples, n_base))
    dims = ("order", "output", "input")
    coords = {"order": ["first", "total"], "output": outputs, "input": names}
    resampled = np.stack([_indices(blocks[..., rows]) for rows in chosen])
    return xr.Dataset(
        {"index": (dims, _indices(blocks)), "resampled": (("draw", *dims), resampled)}, coords
    )


def _indices(
    blocks: Float[np.ndarray, "output block base"],
) -> Float[np.ndarray, "order output input"]:
    from scipy.stats import sobol_indices

    parts = {"f_A": blocks[:, 0], "f_B": blocks[:, 1], "f_AB": np.moveaxis(blocks[:, 2:], 1, 0)}
    estimate = sobol_indices(func=parts, n=blocks.shape[-1])
    return np.stack([estimate.first_order, estimate.total_order]).reshape(2, len(blocks), -1)
