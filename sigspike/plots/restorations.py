"""Images, what is done to them, and what networks restore of it."""

import numpy as np
from matplotlib.figure import Figure

from sigspike.plots.pictures import picture, picture_grid


def draw_restorations(
    original: np.ndarray, changed: np.ndarray, restored: dict[str, np.ndarray]
) -> Figure:
    """A column for each image x, a row for x, for T(x), and for D(φ(T(x))) of every network or
    epoch by its name.

    All are (image, row, column, channel), bytes or numbers from 0 to 1.
    """
    rows = {"x": original, "T(x)": changed} | restored
    figure, panels = picture_grid(len(rows), len(original), original.shape[1:])
    for (name, images), line in zip(rows.items(), panels, strict=True):
        for axes, image in zip(line, images, strict=True):
            picture(axes, image)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return figure
