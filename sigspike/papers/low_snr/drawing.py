"""What the studies draw in common: medians against a parameter, and the share of diverged runs."""

from typing import Any

import xarray as xr
from matplotlib.axes import Axes

from sigspike.plots.curves import curve


def curve_along(
    axes: Axes, error: xr.DataArray, along: str, color: str, label: str | None = None, **line: Any
) -> None:
    """Median accuracy and 10–90 % band of the runs that are finite, against a parameter in place of
    the time.
    """
    curve(
        axes,
        1 - error.drop_vars("time", errors="ignore").rename({along: "time"}),
        color,
        label,
        **line,
    )


def mark_diverged(
    axes: Axes, diverged_at: xr.DataArray, along: str, color: str, height: float
) -> None:
    """A cross at ``height`` (of the axes) wherever runs diverged, and their share, where it is not
    all of them.
    """
    share = (diverged_at >= 0).mean("seed")
    place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 6, "color": color}
    for x, part in zip(share[along].values.tolist(), share.values.tolist(), strict=True):
        if part > 0:
            axes.plot(
                x,
                height,
                "x",
                color=color,
                markersize=4.5,
                transform=axes.get_xaxis_transform(),
                clip_on=False,
            )
        if 0 < part < 1:
            axes.annotate(f"{part:.0%}", (x, height), xytext=(0, 7), **place, **style)
