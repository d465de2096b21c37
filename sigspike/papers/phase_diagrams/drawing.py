"""How a phase diagram is drawn: rows of algorithms, columns of fields, one colour bar a column."""

from typing import Any

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import FixedLocator, NullLocator

from sigspike.papers.phase_diagrams.setting import N_SAMPLES, best_flip_rate, gain
from sigspike.plots.maps import hatch, heat, verticals
from sigspike.plots.style import panels

FIELDS = {
    "test_error": "test error",
    "gamma": "max γ",
    "rho_bar": "max ρ̄",
    "ratio": "max ρ̄ / max γ",
}
LABELS = {"flip_rate": "flip rate p", "snr": "SNR", "width": "filters m"}
LEVELS = [0.25, 0.5, 1, 2]  # of n·SNR²


def atlas(data: xr.Dataset, x: str, y: str) -> tuple[matplotlib.figure.Figure, list[list[Axes]]]:
    """Means over seeds (of γ, ρ̄ and their ratio the median) of every field and algorithm."""
    names = data["algorithm"].values.tolist()
    figure, rows = panels(len(names), len(FIELDS), height=1.55 if len(names) == 2 else 1.35)
    for column, (field, label) in enumerate(FIELDS.items()):
        values = _middle(data[field])
        norm = _norm(field, values)
        for row, name in zip(rows, names, strict=True):
            axes = row[column]
            _scales(axes, x, y)
            mesh = heat(axes, values.sel(algorithm=name), x, y, norm=norm)
            hatch(axes, (data["diverged_at"].sel(algorithm=name) >= 0).any("seed"), x, y)
            _ticks(axes, data, x, y)
            axes.tick_params(labelleft=column == 0, labelbottom=row is rows[-1])
        extend = "neither" if field == "test_error" else "both"
        below: dict[str, Any] = {"location": "bottom", "aspect": 14, "pad": 0.02, "extend": extend}
        figure.colorbar(mesh, ax=[row[column] for row in rows], label=label, **below)
    for row, name in zip(rows, names, strict=True):
        of_smoothing = y == "flip_rate" and name == "label smoothing"
        row[0].set_ylabel(f"{name}\n{'p = α / 2' if of_smoothing else LABELS[y]}")
    for axes in rows[-1]:
        axes.set_xlabel(LABELS[x])
    return figure, rows


def signal_lines(rows: list[list[Axes]]) -> None:
    """Lines of equal n·SNR², labelled above the first row."""
    for row in rows:
        for axes in row:
            labels = [f"{level:g}" for level in LEVELS] if row is rows[0] else None
            verticals(axes, np.sqrt(np.array(LEVELS) / N_SAMPLES).tolist(), labels)
    for axes in rows[0]:
        axes.set_title("n·SNR²", fontsize=7, pad=11)


def mark_best(rows: list[list[Axes]], error: xr.DataArray, x: str) -> None:
    """A ring at the best flip rate, wherever it beats gradient descent by over three standard
    errors on other seeds.
    """
    for row, name in zip(rows, error["algorithm"].values, strict=True):
        own = error.sel(algorithm=name)
        won = gain(own)
        sure = won.mean("seed") > 3 * won.std("seed", ddof=1) / won.sizes["seed"] ** 0.5
        best = best_flip_rate(own).where(sure)
        row[0].plot(
            best[x],
            best,
            "o",
            markersize=4,
            markerfacecolor="white",
            markeredgecolor="black",
            clip_on=False,
        )


def _middle(values: xr.DataArray) -> xr.DataArray:
    """The mean over seeds of the test error; the median of what has a heavy tail."""
    return values.mean("seed") if values.name == "test_error" else values.median("seed")


def _norm(field: str, values: xr.DataArray) -> Normalize:
    """Error from 0 to chance; the others over 98 % of their cells, lest a single one take all the
    contrast.
    """
    if field == "test_error":
        return Normalize(0, 0.5)
    return LogNorm(*np.quantile(values.values[values.values > 0], [0.01, 0.99]).tolist())


def _scales(axes: Axes, x: str, y: str) -> None:
    """Flip rates on a linear axis, SNR and width on logarithmic ones."""
    axes.set_xscale("linear" if x == "flip_rate" else "log")
    axes.set_yscale("linear" if y == "flip_rate" else "log")


def _ticks(axes: Axes, data: xr.Dataset, x: str, y: str) -> None:
    """Round values of the grid; gradient descent, at p = 0, stands apart by a line."""
    chosen: dict[str, list[Any]] = {
        "snr": [0.05, 0.1, 0.2],
        "width": [2, 5, 10, 20, 40],
        "flip_rate": [0, 0.2, 0.4],
    }
    for name, axis in ((x, axes.xaxis), (y, axes.yaxis)):
        own = [value for value in chosen[name] if data[name].min() <= value <= data[name].max()]
        axis.set_major_locator(FixedLocator(own))
        axis.set_minor_locator(NullLocator())
        axis.set_ticklabels(
            ["GD" if name == "flip_rate" and value == 0 else f"{value:g}" for value in own]
        )
    if y == "flip_rate":
        axes.axhline(float(data[y][:2].mean()), color="white", linewidth=1.2)
