"""One run at a glance."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sigspike.plots.curves import log_scale, worst
from sigspike.plots.style import COLORS, panels


def draw_run(records: xr.Dataset) -> Figure:
    """γ and ρ, the losses, the accuracies and the margins of one run against its steps."""
    figure, [top, bottom] = panels(2, 2, height=2.1)
    _coefficients(top[0], records)
    steps = records["time"]
    top[1].plot(steps, records["train_loss"], color=COLORS[0], label="given labels")
    top[1].plot(
        steps, records["step_loss"], color=COLORS[1], label="labels of the step", linestyle="--"
    )
    log_scale(top[1], "training loss")
    accuracy, margin_of_error = 1 - records["test_error"], 2 * records["test_error_se"]
    bottom[0].plot(steps, accuracy, color=COLORS[0], label="test (± 2 s.e.)")
    bottom[0].fill_between(
        steps, accuracy - margin_of_error, accuracy + margin_of_error, color=COLORS[0], alpha=0.25
    )
    bottom[0].plot(
        steps, records["train_accuracy"], color=COLORS[1], label="training", linestyle="--"
    )
    bottom[0].set(ylabel="accuracy", ylim=(-0.03, 1.03))
    _margins(bottom[1], records)
    for axes in (*top, *bottom):
        axes.set_xlabel("gradient step")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def _coefficients(axes: Axes, records: xr.Dataset) -> None:
    names = {"gamma": "max γ", "rho_bar": "max ρ̄", "rho_underline": "max |ρ̲|"}
    for (name, label), color in zip(names.items(), COLORS, strict=False):
        if f"{name}_max" in records:
            values = worst(records[f"{name}_max"])
        else:
            values = (abs(records[name]) if name != "gamma" else records[name]).max(
                [a for a in records[name].dims if a != "time"]
            )
        axes.plot(records["time"], values, color=color, label=label)
    axes.set(ylabel="coefficient")


def _margins(axes: Axes, records: xr.Dataset) -> None:
    if "margin" in records:
        low, middle, high = (records["margin"].quantile(q, "sample") for q in (0.1, 0.5, 0.9))
        axes.plot(records["time"], middle, color=COLORS[2], label="median of samples")
        axes.fill_between(
            records["time"],
            low,
            high,
            color=COLORS[2],
            alpha=0.25,
            linewidth=0,
            label="10–90 % of samples",
        )
    else:
        for kind, color in (("clean", COLORS[2]), ("flipped", COLORS[3])):
            values = records["margin_mean"].sel(kind=kind)
            if values.notnull().any():
                axes.plot(records["time"], values, color=color, label=f"mean of {kind} samples")
    axes.set(ylabel="margin ỹ f")
