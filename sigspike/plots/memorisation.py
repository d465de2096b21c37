"""The memorisation curve of a network trained on noisy labels."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sigspike.plots.style import COLORS, panels


def draw_memorisation(curves: xr.Dataset) -> Figure:
    """Accuracies and losses against epochs: on test images, on clean and on flipped training samples with their given
    labels (the latter is the fraction memorised), and the flipped samples that are given their true class.
    """
    figure, [[accuracies, losses]] = panels(1, 2, height=2.5)
    _line(accuracies, curves["test_accuracy"], "test", COLORS[6])
    _line(losses, curves["test_loss"], "test", COLORS[6])
    if "accuracy" in curves:
        for kind, label, color in (("clean", "clean", COLORS[0]), ("flipped", "flipped: memorised", COLORS[1])):
            _line(accuracies, curves["accuracy"].sel(kind=kind), label, color)
            _line(losses, curves["loss"].sel(kind=kind), kind, color)
        _line(accuracies, curves["corrected"], "flipped: corrected", COLORS[2], linestyle="--")
    else:
        for axes, name in ((accuracies, "accuracy"), (losses, "loss")):
            _line(axes, curves[f"train_{name}"], "training", COLORS[0])
    accuracies.set(ylabel="share of images", ylim=(-0.03, 1.03))
    accuracies.yaxis.set_major_formatter(PercentFormatter(1.0))
    losses.set(ylabel="cross entropy (nats)", ylim=(0, None))
    for axes in (accuracies, losses):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def _line(axes: Axes, values: xr.DataArray, label: str, color: str, linestyle: str = "-") -> None:
    if values.notnull().any():
        marker = "o" if values.sizes["time"] < 20 else None
        axes.plot(values["time"], values, label=label, color=color, linestyle=linestyle, marker=marker, markersize=2.5)
