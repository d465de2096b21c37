"""Training images whose labels are suspected."""

import numpy as np
from matplotlib.figure import Figure

from sigspike.plots.pictures import picture, picture_grid
from sigspike.plots.style import COLORS

COLUMNS = 8


def draw_suspects(
    images: np.ndarray,
    labels: np.ndarray,
    scores: np.ndarray,
    truth: np.ndarray | None,
    classes: tuple[str, ...],
) -> Figure:
    """The ``images`` (image, row, column, *channel) in the order given, eight a row, each with its
    label, its score, and its true class where that is known: "3 → 5" is an image of a 5 with label
    3 (found out), "3 ✓" one whose label is right (suspected wrongly).

    ``labels``, ``scores`` and ``truth`` (None: unknown) are (image,); ``classes`` are the names of
    the classes by number.
    """
    figure, panels = picture_grid(-(-len(images) // COLUMNS), COLUMNS, images.shape[1:], extra=0.3)
    for axes in panels.flat:
        axes.set_axis_off()
    for number, (axes, image) in enumerate(zip(panels.flat, images, strict=False)):
        picture(axes, image)
        words, color = classes[labels[number]], "black"
        if truth is not None:
            right = labels[number] == truth[number]
            words += " ✓" if right else f" → {classes[truth[number]]}"
            color = COLORS[1] if right else COLORS[0]
        axes.set_title(f"{words}\n{scores[number]:.2f}", fontsize=7, color=color, pad=2)
    return figure
