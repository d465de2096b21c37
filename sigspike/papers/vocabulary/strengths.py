"""What a dial does as it is turned up from gradient descent: error, signal and memorisation."""

from typing import Any

import matplotlib.figure
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter

from sigspike.papers.synthetic import with_ratio
from sigspike.plots.curves import worst
from sigspike.plots.style import COLORS, panels

FIELDS = {"test_error": "test error", "gamma": "max γ", "rho_bar": "max ρ̄"}


def with_coefficients(data: xr.Dataset) -> xr.Dataset:
    """The end of the runs, with ``gamma``, ``rho_bar`` and their ``ratio``."""
    found = with_ratio(data)
    found = found.assign(gamma=worst(data["gamma_max"]), rho_bar=worst(data["rho_bar_max"]))
    return found.isel(time=-1)


def against_strength(
    data: xr.Dataset, rows: dict[str, xr.Dataset], along: str, line: str, labels: tuple[str, str]
) -> matplotlib.figure.Figure:
    """Means over seeds and their standard errors (of γ and ρ̄ the medians), a line for each value
    of ``line``, against the strengths, of which 0 is gradient descent and stands apart.

    ``labels``: of the strengths, and of the lines in front of their value.
    """
    figure, grid = panels(len(rows), len(FIELDS), height=1.9)
    strengths = data[along].values.tolist()
    for panel, (title, part) in zip(grid, rows.items(), strict=True):
        for axes, (field, name) in zip(panel, FIELDS.items(), strict=True):
            for color, value in zip(COLORS, data[line].values.tolist(), strict=False):
                _line(axes, part[field].sel({line: value}), along, color, f"{labels[1]} {value:g}")
            axes.axvline(0.5, color="0.8", linewidth=0.8)
            axes.set_xticks(range(len(strengths)), ["GD", *(f"{s:g}" for s in strengths[1:])])
            of_error: dict[str, Any] = {"ylim": (-0.02, 0.56)}
            axes.set(ylabel=name, **(of_error if field == "test_error" else {"yscale": "log"}))
            if field != "test_error":
                _label_short_scale(axes)
        panel[0].set_title(title, loc="left")
    for axes in grid[-1]:
        axes.set_xlabel(labels[0])
    lines = grid[0][0].get_legend_handles_labels()
    figure.legend(*lines, loc="outside upper center", ncols=len(lines[0]))
    return figure


def _label_short_scale(axes: Axes) -> None:
    """1, 2 and 5 on a logarithmic axis of less than two decades, whole decades on others."""
    low, high = axes.get_ylim()
    axes.yaxis.set_minor_formatter(NullFormatter())
    if high < 100 * low:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))


def _line(axes: Any, values: xr.DataArray, along: str, color: str, label: str) -> None:
    """One line over the places of the strengths, the first without a stroke to the next."""
    of_error = values.name == "test_error"
    middle = values.mean("seed") if of_error else values.median("seed")
    spread = values.std("seed", ddof=1) / values.sizes["seed"] ** 0.5
    places = range(values.sizes[along])
    style: dict[str, Any] = {"color": color, "marker": "o", "markersize": 3}
    bars = spread.values if of_error else None
    axes.errorbar(places[:1], middle[:1], None if bars is None else bars[:1], **style)
    axes.errorbar(places[1:], middle[1:], None if bars is None else bars[1:], label=label, **style)


def change(values: xr.DataArray, along: str, strength: float) -> xr.DataArray:
    """What a strength adds to gradient descent's value, seed by seed."""
    return values.sel({along: strength}, drop=True) - values.sel({along: 0.0}, drop=True)
