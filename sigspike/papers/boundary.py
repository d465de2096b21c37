"""Where the test error crosses a level, and the power of d with which that boundary grows."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float
from numpy import ndarray

RESAMPLES = 200


def fit_boundary(
    test_error: xr.DataArray, strength: xr.DataArray, levels: Sequence[float], n_samples: int
) -> xr.Dataset:
    """Fit n‖μ‖⁴ = C d^b (σ_p = 1) to the boundary of ``test_error`` over (strength, ``dim``,
    ``seed``), at each level.

    A trained network adds to the logit of a fresh sample y S from its signal patch and N from its
    noise patch. With memorised noises of size ρ, S ≍ γ ≍ ρ n‖μ‖²/(σ_p² d), and w holds Σ_i ρ_i
    ξ_i/‖ξ_i‖², so that N has standard deviation ≍ ρ √(n/d). The error is p + (1 − 2p) P(N > S), a
    function of S/N alone, and all its levels lie where

        (S/N)² ≍ n‖μ‖⁴/(σ_p⁴ d) = C,    so b = 1 at every level.

    The initial weights add σ_0 σ_p √d to N. Where that is larger, as for σ_0 = 1/√(3d) it is from d
    ≫ n on, the boundary is ‖μ‖² ∝ d: b = 2. Biases add a shift, which matters where ‖μ‖² ≲ 1: b
    moves with the level.

    ‖μ‖ is read off the mean over seeds, made monotone in ‖μ‖ and interpolated. ``exponent`` is b by
    least squares over log d, ``constant`` is C at b = 1. Seeds share their draws over the whole
    map, hence only they are independent: ``exponent_se`` is a bootstrap over seeds.
    """
    errors = test_error.transpose(..., "dim", "seed")
    places = strength.broadcast_like(errors.isel(seed=0)).transpose(..., "dim").values
    dims, n_seeds = errors["dim"].values.astype(float), errors.sizes["seed"]
    boundary = _crossings(places, errors.mean("seed").values, levels)
    constant, exponent = _regress(dims, n_samples * boundary**4)
    draws = np.random.default_rng(0).integers(n_seeds, size=(RESAMPLES, n_seeds))
    again = np.stack(
        [_crossings(places, errors.values[..., draw].mean(-1), levels) for draw in draws]
    )
    return xr.Dataset(
        {
            "boundary": (
                ("level", "dim"),
                boundary,
                {"long_name": "‖μ‖ where the test error crosses", "units": "1"},
            ),
            "constant": ("level", constant, {"long_name": "C in n‖μ‖⁴ = C σₚ⁴ d", "units": "1"}),
            "exponent": ("level", exponent, {"long_name": "b in n‖μ‖⁴ ∝ dᵇ", "units": "1"}),
            "exponent_se": ("level", _regress(dims, n_samples * again**4)[1].std(0, ddof=1)),
        },
        coords={"level": list(levels), "dim": errors["dim"]},
    )


def _crossings(
    places: Float[ndarray, "strength dim"],
    errors: Float[ndarray, "strength dim"],
    levels: Sequence[float],
) -> Float[ndarray, "level dim"]:
    """‖μ‖ where the falling fit of each column passes each level; NaN where it never does."""
    from scipy.optimize import isotonic_regression

    crossings = np.full((len(levels), errors.shape[1]), np.nan)
    for column, (x, values) in enumerate(zip(places.T, errors.T, strict=True)):
        falling = isotonic_regression(values, increasing=False).x
        for row, level in enumerate(levels):
            after = int(np.searchsorted(-falling, -level))
            if 0 < after < len(x):
                share = (falling[after - 1] - level) / (falling[after - 1] - falling[after])
                crossings[row, column] = x[after - 1] + share * (x[after] - x[after - 1])
    return crossings


def _regress(
    dims: Float[ndarray, " dim"], height: Float[ndarray, "*many level dim"]
) -> tuple[Float[ndarray, "*many level"], Float[ndarray, "*many level"]]:
    """C at exponent 1, and the exponent of n‖μ‖⁴ by least squares; NaN unless there is a boundary
    at every d.
    """
    x, y = np.log(dims), np.log(height)
    centred = x - x.mean()
    return np.exp((y - x).mean(-1)), y @ centred / (centred @ centred)
