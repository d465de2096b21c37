"""How the comparison of methods is drawn: a line or a bar each."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from sigspike.papers.meta_reweighting.methods import METHODS


def relative_cost(data: xr.Dataset) -> xr.DataArray:
    """Seconds of a run over those of plain training, its median over seeds, at the largest clean
    subset.
    """
    seconds = data["seconds"].isel(fraction=-1)
    return seconds / seconds.sel(algorithm="plain", drop=True).median("seed")


def lines(axes: Axes, values: xr.DataArray, x: str) -> None:
    """Means over seeds with their standard errors, a line each method."""
    mean, error = values.mean("seed"), values.std("seed", ddof=1) / values.sizes["seed"] ** 0.5
    for name, compared in METHODS.items():
        of_method = {"algorithm": name}
        axes.errorbar(
            values[x],
            mean.sel(of_method),
            error.sel(of_method),
            label=name,
            linewidth=1.1,
            elinewidth=0.7,
            **compared.line,
        )


def bars(axes: Axes, cost: xr.DataArray) -> None:
    """Median over seeds, a bar each method."""
    for height, (name, compared) in enumerate(METHODS.items()):
        value, dashed = float(cost.sel(algorithm=name).median()), "linestyle" in compared.line
        color = compared.line["color"]
        axes.barh(
            -height,
            value,
            color="white" if dashed else color,
            edgecolor=color,
            hatch="////" if dashed else None,
        )
    axes.set_yticks(-np.arange(len(METHODS)), list(METHODS), fontsize=5.5)
