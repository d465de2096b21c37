"""The error at a setting that was chosen without looking at it."""

from collections.abc import Callable

import xarray as xr


def held_out(
    error: xr.DataArray, axis: str, choose: Callable[[xr.DataArray], xr.DataArray]
) -> xr.DataArray:
    """Each seed's error at the value of ``axis`` that the seeds of the other parity choose: no
    winner's curse.

    ``choose`` takes the errors of half of the seeds and gives a value of ``axis`` for each of the
    dimensions that it leaves.
    """
    odd, halves = error["seed"] % 2, []
    for parity in (0, 1):
        best = choose(error.sel(seed=odd != parity))
        halves.append(error.sel(seed=odd == parity).sel({axis: best}).drop_vars(axis))
    return xr.concat(halves, "seed").sortby("seed")
