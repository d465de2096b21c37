"""Images as points of a plane, coloured by what is said of them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sigspike.foundation.check import Refusal
from sigspike.plots.style import panels

# Paul Tol's "muted" scheme and a grey, distinguishable with every common colour blindness; markers
# tell them in grey.
CLASS_COLORS = (
    *(
        "#332288",
        "#88CCEE",
        "#44AA99",
        "#117733",
        "#999933",
        "#DDCC77",
        "#CC6677",
        "#882255",
        "#AA4499",
        "#888888",
    ),
)
MARKERS = "os^vDPX<>*"


def draw_embedding(
    points: np.ndarray,
    labelings: dict[str, np.ndarray],
    classes: tuple[str, ...],
    flipped: np.ndarray | None = None,
) -> Figure:
    """A panel for each of the ``labelings`` (noisy label, true label, prediction: (image,) by
    title) over the same ``points`` (image, 2); ``classes`` are the names of the classes by number,
    and images with ``flipped`` labels have a dark edge.
    """
    if len(classes) > len(CLASS_COLORS):
        raise Refusal(
            f"`classes` must be at most {len(CLASS_COLORS)} to be told apart, got {len(classes)}"
        )
    figure, [row] = panels(1, len(labelings), height=2.9 if len(labelings) > 2 else 3.6)
    edged = np.zeros(len(points), bool) if flipped is None else flipped
    for axes, (title, labels) in zip(row, labelings.items(), strict=True):
        _scatter(axes, points, labels, edged)
        axes.set_title(title)
    row[0].set_ylabel("second coordinate")
    entries = [
        _entry(name, color, marker)
        for name, color, marker in zip(classes, CLASS_COLORS, MARKERS, strict=False)
    ]
    if flipped is not None:
        entries.append(_entry("label is wrong", "white", "o", edge="black"))
    figure.legend(
        handles=entries, loc="outside lower center", ncols=min(len(entries), 11), handletextpad=0.1
    )
    return figure


def _scatter(axes: Axes, points: np.ndarray, labels: np.ndarray, edged: np.ndarray) -> None:
    size = min(9.0, max(5.0, 5000 / len(points)))  # points of area: a crowd stays legible
    for number, (color, marker) in enumerate(zip(CLASS_COLORS, MARKERS, strict=True)):
        for edge, width, order in ((False, 0.0, 1), (True, 0.3, 2)):
            of_class = points[(labels == number) & (edged == edge)]
            style = {"color": color, "marker": marker, "edgecolors": "black" if edge else "none"}
            axes.scatter(
                *of_class.T, s=size, linewidths=width, zorder=order, rasterized=True, **style
            )
    axes.set(xticks=[], yticks=[], xlabel="first coordinate")


def _entry(name: str, color: str, marker: str, edge: str = "none") -> Line2D:
    style = {"linestyle": "none", "markersize": 4.5, "markeredgewidth": 0.6}
    return Line2D([], [], color=color, marker=marker, markeredgecolor=edge, label=name, **style)
