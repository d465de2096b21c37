"""Where a curve first passes below a level."""

import numpy as np
import xarray as xr


def crossing(values: xr.DataArray, along: str, level: float) -> xr.DataArray:
    """The first place along an axis at which ``values`` pass below ``level``, interpolated between
    neighbours; NaN where they never do, or begin there.
    """
    place = values[along].values

    def first(row: np.ndarray) -> float:
        falls = np.flatnonzero((row[:-1] > level) & (row[1:] <= level))
        if not falls.size:
            return np.nan
        k = falls[0]
        share = (row[k] - level) / (row[k] - row[k + 1])
        return float(place[k] + share * (place[k + 1] - place[k]))

    return xr.apply_ufunc(first, values, input_core_dims=[[along]], vectorize=True)
