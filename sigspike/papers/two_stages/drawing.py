"""How the stages of Han et al. 2025 (arXiv 2505.18909) are marked over curves."""

from collections.abc import Iterable

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

import sigspike as ss
from sigspike.papers.two_stages.setting import stages_of


def log_time(panels: Iterable[Axes], end: float) -> None:
    """Gradient steps from 1 to ``end`` on a logarithmic axis."""
    for axes in panels:
        axes.set(xscale="log", xlim=(1, end), xlabel="gradient step")


def boundary(panels: Iterable[Axes], data: xr.Dataset, named: bool = True) -> None:
    """The end of stage I: the median over seeds, and its 95 % interval as a grey band."""
    end = ss.over_runs(stages_of(data).sel(stage="crossing"))
    if np.isnan(float(end["at"])):
        return
    for axes in panels:
        axes.axvspan(float(end["low"]), float(end["high"]), color="0.7", alpha=0.5, linewidth=0)
        axes.axvline(float(end["at"]), color="0.3", linewidth=0.8)
        for side, name in (("right", "I"), ("left", "II")) if named else ():
            offset = {"xytext": (-3 if side == "right" else 3, 1), "textcoords": "offset points"}
            style = {
                "xycoords": ("data", "axes fraction"),
                "ha": side,
                "va": "bottom",
                "fontsize": 7,
            }
            axes.annotate(name, (float(end["at"]), 1), **offset, **style)  # type: ignore[arg-type]
