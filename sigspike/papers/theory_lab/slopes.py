"""The power of a parameter with which a time grows, seed by seed."""

import numpy as np
import xarray as xr
from scipy.special import stdtrit


def exponent(
    times: xr.DataArray, x: xr.DataArray, along: str, confidence: float = 0.95
) -> xr.Dataset:
    """b in time ∝ x^b by least squares in the logarithms over the dimension ``along``.

    ``slope`` is of each ``seed`` (NaN where it has not reached every time), ``middle`` their mean
    with ``standard_error``, ``half_width`` that of its Student t interval: seeds, not cells, are
    independent, since cells along a number share their draws.
    """
    times, x = (xr.apply_ufunc(np.log, values) for values in (times, x))
    centred = x - x.mean(along)
    slope = (times * centred / (centred**2).sum(along)).sum(along, skipna=False)
    count, middle = slope.notnull().sum("seed"), slope.mean("seed")
    error = slope.std("seed", ddof=1) / count**0.5
    quantile = xr.apply_ufunc(lambda n: stdtrit(np.maximum(n - 1, 1), (1 + confidence) / 2), count)
    return xr.Dataset(
        {"slope": slope, "middle": middle, "standard_error": error, "half_width": quantile * error}
    )
