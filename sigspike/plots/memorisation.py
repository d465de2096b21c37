"""The memorisation curve of a network trained on noisy labels."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sigspike.plots.style import COLORS, panels


def draw_memorisation(curves: xr.Dataset) -> Figure:
    """Accuracies and losses against epochs: on test images, on clean and on flipped training
    samples with their given labels (the latter is the fraction memorised), and the flipped samples
    that are given their true class. Where γ and ρ were probed, they are a third panel.
    """
    probed = "gamma" in curves and bool(curves["gamma"].notnull().any())
    figure, [[accuracies, losses, *others]] = panels(1, 3 if probed else 2, height=2.5)
    _line(accuracies, curves["test_accuracy"], "test", COLORS[6])
    _line(losses, curves["test_loss"], "test", COLORS[6])
    if "accuracy" in curves:
        for kind, label, color in (
            ("clean", "clean", COLORS[0]),
            ("flipped", "flipped: memorised", COLORS[1]),
        ):
            _line(accuracies, curves["accuracy"].sel(kind=kind), label, color)
            _line(losses, curves["loss"].sel(kind=kind), kind, color)
        _line(accuracies, curves["corrected"], "flipped: corrected", COLORS[2], linestyle="--")
    else:
        for axes, name in ((accuracies, "accuracy"), (losses, "loss")):
            _line(axes, curves[f"train_{name}"], "training", COLORS[0])
    accuracies.set(ylabel="share of images", ylim=(-0.03, 1.03))
    accuracies.yaxis.set_major_formatter(PercentFormatter(1.0))
    losses.set(ylabel="cross entropy (nats)", ylim=(0, None))
    for axes in others:
        _coefficients(axes, curves)
    for axes in (accuracies, losses, *others):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def _coefficients(axes: Axes, curves: xr.Dataset) -> None:
    """γ, and ρ of clean and of flipped samples, in the epochs in which they were probed."""
    probed = curves.dropna("time", subset=["gamma"])
    _line(axes, probed["gamma"], "γ", COLORS[6])
    if "rho" in probed:
        for kind, color in (("clean", COLORS[0]), ("flipped", COLORS[1])):
            _line(axes, probed["rho"].sel(kind=kind), f"ρ {kind}", color)
    axes.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    axes.set_ylabel("signal γ and noise ρ (logits)")


def _line(axes: Axes, values: xr.DataArray, label: str, color: str, linestyle: str = "-") -> None:
    if values.notnull().any():
        marker = "o" if values.sizes["time"] < 20 else None
        axes.plot(
            values["time"],
            values,
            label=label,
            color=color,
            linestyle=linestyle,
            marker=marker,
            markersize=2.5,
        )
