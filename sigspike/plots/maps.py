"""Maps over two axes: a field in colour, theory's lines over it, divergence hatched."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import AbstractPathEffect, withStroke

COLORMAP = "cividis"  # the same to every eye, and in grey


def heat(axes: Axes, values: xr.DataArray, x: str, y: str, **limits: Any) -> Any:
    """Cells of a grid in colour: ``values`` over its dimensions ``x`` and ``y``, whose coordinates
    are the centres; NaN stays white. ``limits`` go to matplotlib's ``pcolormesh``.

    On a logarithmic axis borders are half-way in the logarithm (choose the scale first).
    """
    edges = _edges(values[x].values, axes.get_xscale()), _edges(values[y].values, axes.get_yscale())
    grid = (*edges, values.transpose(y, x).values)
    return axes.pcolormesh(*grid, cmap=COLORMAP, rasterized=True, **limits)


def contours(
    axes: Axes, function: Callable[[Any, Any], Any], levels: list[float], fmt: str
) -> None:
    """Lines on which ``function(x, y)`` has the values of ``levels``, labelled by ``fmt``, white
    with a dark edge to stand on every colour; over what ``axes`` show by now.
    """
    edge: list[AbstractPathEffect] = [withStroke(linewidth=1.6, foreground="0.15")]
    x, y = (np.linspace(*limits, 200) for limits in (axes.get_xlim(), axes.get_ylim()))
    lines = axes.contour(
        x, y, function(x[None], y[:, None]), levels=levels, colors="white", linewidths=0.8
    )
    lines.set_path_effects(edge)
    for text in axes.clabel(lines, fmt=fmt, fontsize=7):
        text.set_path_effects(edge)


def line(axes: Axes, x: Any, y: Any) -> None:
    """A curve over a map, such as a fitted boundary, within the map's borders and in the style of
    ``contours``.
    """
    edge: list[AbstractPathEffect] = [withStroke(linewidth=1.6, foreground="0.15")]
    limits = axes.get_xlim(), axes.get_ylim()
    axes.plot(x, y, color="white", linewidth=0.8, path_effects=edge)
    axes.set(xlim=limits[0], ylim=limits[1])


def hatch(axes: Axes, where: xr.DataArray, x: str, y: str) -> None:
    """Hatch the cells, over the dimensions ``x`` and ``y``, in which ``where`` is true (a
    divergence, say).
    """
    x_edges = _edges(where[x].values, axes.get_xscale()).tolist()
    y_edges = _edges(where[y].values, axes.get_yscale()).tolist()
    for row, column in np.argwhere(where.transpose(y, x).values):
        corner = (x_edges[column], y_edges[row])
        width, height = x_edges[column + 1] - corner[0], y_edges[row + 1] - corner[1]
        axes.add_patch(
            Rectangle(corner, width, height, fill=False, hatch="////", edgecolor="0.4", linewidth=0)
        )


def verticals(axes: Axes, places: list[float], labels: list[str] | None = None) -> None:
    """Lines at places along x, as those of ``contours``; their labels stand above the panel."""
    for k, place in enumerate(places):
        line = axes.axvline(place, color="white", linewidth=0.8)
        line.set_path_effects([withStroke(linewidth=1.6, foreground="0.15")])
        if labels is not None:
            coords: dict[str, Any] = {
                "xycoords": ("data", "axes fraction"),
                "textcoords": "offset points",
            }
            axes.annotate(
                labels[k], (place, 1), xytext=(0, 2), ha="center", va="bottom", fontsize=7, **coords
            )


def _edges(centres: np.ndarray, scale: str = "linear") -> np.ndarray:
    """Borders half-way between neighbouring centres."""
    if scale == "log":
        return np.exp(_edges(np.log(centres)))
    centres = np.asarray(centres, float)
    if len(centres) == 1:
        return centres[0] + np.array([-0.5, 0.5])
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])
