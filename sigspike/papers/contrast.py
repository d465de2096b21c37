"""Whether one mean is clearly above another, cell by cell."""

import numpy as np
import xarray as xr

TOLERANCE = 0.01  # a standard error of a test error, √(¼ / 2000)


def clearly_above(upper: xr.DataArray, lower: xr.DataArray) -> tuple[int, int]:
    """In how many cells (and of how many) one mean is above the other by ``TOLERANCE`` and by 3
    √(se² + se²).

    Three errors and not two, since there are many cells and few seeds.
    """
    gap = (upper - lower).mean("seed")
    error = ((upper.var("seed", ddof=1) + lower.var("seed", ddof=1)) / upper.sizes["seed"]) ** 0.5
    return int((gap > np.maximum(3 * error, TOLERANCE)).sum()), gap.size
