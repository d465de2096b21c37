"""How measured times are drawn beside the powers that theorems give them."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

import sigspike as ss
from sigspike.papers.theory_lab import takeover
from sigspike.papers.theory_lab.times import EVENTS, THETA
from sigspike.plots.style import COLORS

AXIS = {
    "n": "samples n",
    "m": "filters m",
    "η": "step size η",
    "σₚ": "noise σₚ",
    "d": "dimension d",
}
TITLE = {"n": "∝ n", "m": "∝ m", "η": "∝ 1/η", "σₚ": "∝ 1/σₚ²", "d": "∝ 1/d"}


def draw_times(axes: Axes, data: xr.Dataset, name: str) -> None:
    """Medians of the events along one parameter, and lines of theory's power through the middle
    ones.
    """
    middle, x = ss.over_runs(data), data["value"].values
    axes.set(xscale="log", yscale="log", xlabel=AXIS[name])
    for event, color, marker in zip(EVENTS, COLORS[:3], "os^", strict=True):
        own = middle.sel(event=event)
        errors = np.stack([own["at"] - own["low"], own["high"] - own["at"]])
        axes.errorbar(
            x,
            own["at"],
            np.nan_to_num(errors),
            fmt=marker,
            color=color,
            markersize=3.5,
            label=event,
        )
        axes.plot(
            x,
            float(own["at"][len(x) // 2]) * (x / x[len(x) // 2]) ** THETA[name],
            color=color,
            linewidth=0.8,
        )
    axes.set_title(TITLE[name])
    axes.set_xlim(x[0] / 1.25, x[-1] * 1.25)
    shown = [x[0], x[len(x) // 2], x[-1]]
    axes.set_xticks(
        shown,
        [
            f"{value:.1e}" if name == "d" else f"{value:.3g}" if name == "n" else f"{value:.2g}"
            for value in shown
        ],
    )
    axes.minorticks_off()


def draw_powers(axes: Axes, data: xr.Dataset) -> None:
    """Fitted minus theoretical powers."""
    theory = xr.DataArray(list(THETA.values()), coords={"parameter": list(THETA)}, dims="parameter")
    gap, places = data["power_middle"] - theory, np.arange(len(THETA))
    for k, (color, marker) in enumerate(zip(COLORS[:3], "os^", strict=True)):
        shift, own = places + 0.2 * (k - 1), gap.isel(event=k)
        half = data["power_half_width"].isel(event=k)
        axes.errorbar(shift, own, half, fmt=marker, color=color, markersize=3, elinewidth=0.8)
    axes.axhline(0, color="0.35", linewidth=0.8, linestyle=":")
    axes.set_xticks(places, list(THETA))
    axes.set(ylabel="power − theory", ylim=(-0.3, 0.3))


def draw_takeover(axes: Axes, data: xr.Dataset) -> None:
    """The time of the take-over, and the two powers."""
    rate, times = data["rate"].values, data["takeover"]
    axes.set(xscale="log", yscale="log", xlabel="a = ησₚ²d/(nm) ∝ η", ylabel="steps to take-over")
    _round_ticks(axes, rate)
    middle = _of_seeds(axes, rate, times)
    for place, power, line, label in ((0, -2, "-", "η⁻²"), (-1, -1, "--", "η⁻¹, printed")):
        through = float(middle[place]) * (rate / rate[place]) ** power
        axes.plot(rate, through, color="0.2", linewidth=0.8, linestyle=line, label=label)
    axes.legend()


def draw_growth(axes: Axes, data: xr.Dataset) -> None:
    """Growth of log γ a step over a² n·SNR², where our second order is p(1 − p) and the proof of
    Theorem 3.3 has 1/(16 a).
    """
    rate, p = data["rate"], takeover.FLIP_RATE
    scaled = data["growth"] / (rate**2 * takeover.N_SNR2)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="a = ησₚ²d/(nm) ∝ η",
        ylabel="Δlog γ / (a² n·SNR²)",
        ylim=(0.08, 1.2 / (16 * float(rate[0]))),
    )
    _round_ticks(axes, rate.values)
    axes.set_yticks([0.1, 1], ["0.1", "1"])
    _of_seeds(axes, rate, scaled)
    axes.axhline(p * (1 - p), color="0.2", linewidth=0.8, label="p(1 − p)")
    axes.plot(
        rate, 1 / (16 * rate), color="0.2", linewidth=0.8, linestyle="--", label="1/(16a), printed"
    )
    axes.legend()


def _of_seeds(axes: Axes, rate: Any, values: xr.DataArray) -> xr.DataArray:
    """Median and 10–90 % range over seeds at every rate; the median."""
    low, middle, high = (values.quantile(q, "seed") for q in (0.1, 0.5, 0.9))
    axes.errorbar(
        rate,
        middle,
        np.stack([middle - low, high - middle]),
        fmt="o",
        color=COLORS[0],
        markersize=3.5,
    )
    return middle


def _round_ticks(axes: Axes, rate: Any) -> None:
    """A few round values of a."""
    shown = [value for value in (0.02, 0.1, 0.4) if rate.min() <= value <= rate.max()]
    axes.set_xticks(shown, [f"{value:g}" for value in shown])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
