"""Curves over time, with what the seeds make of them."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter


def curve(
    axes: Axes, values: xr.DataArray, color: str, label: str | None = None, **line: Any
) -> None:
    """The median of ``values`` (``seed``, ``time``) against time in a ``color``, with this
    ``label`` in the legend, and a band from 10th to 90th percentile. ``line``: matplotlib's style.
    """
    values = values.dropna("time", how="all")
    low, middle, high = (values.quantile(q, "seed") for q in (0.1, 0.5, 0.9))
    axes.plot(values["time"], middle, color=color, label=label, **line)
    axes.fill_between(values["time"], low, high, color=color, alpha=0.22, linewidth=0)


def log_scale(axes: Axes, label: str) -> None:
    """A logarithmic vertical axis over (nearly) whole decades, labelled at those alone."""
    axes.set(yscale="log", ylabel=label)
    low, high = np.log10(axes.get_ylim())
    bottom = np.floor(low + 0.3)
    axes.set_ylim(10**bottom, 10 ** max(np.ceil(high - 0.3), bottom + 1))
    axes.yaxis.set_minor_formatter(NullFormatter())


def level(axes: Axes, height: float, text: str, at: float = 0.98) -> None:
    """A dotted line at a ``height`` that theory names, with its ``text`` ending at ``at`` (0 is the
    left end of the axes, 1 the right one).
    """
    axes.axhline(height, color="0.35", linewidth=0.8, linestyle=":")
    axes.annotate(
        text,
        (at, height),
        xycoords=("axes fraction", "data"),
        xytext=(0, 2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=7,
        color="0.25",
    )


def worst(values: xr.DataArray) -> xr.DataArray:
    """The largest entry over the axes of one moment (sign, kind of sample), passing over kinds that
    have no sample.
    """
    own = [axis for axis in ("sign", "class", "feature", "kind") if axis in values.dims]
    return (
        values.reduce(np.fmax.reduce, dim=own[0])
        if len(own) == 1
        else worst(values.reduce(np.fmax.reduce, dim=own[-1]))
    )
