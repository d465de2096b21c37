"""The look of every figure: sizes of a paper's column, colour-blind safe colours, clear letters."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 6.75  # inches: both columns of a two-column paper

# Okabe & Ito (2008): distinguishable with every common colour blindness.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

SETTINGS: dict[Any, Any] = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "figure.dpi": 110,
    "savefig.dpi": 300,
    "svg.fonttype": "none",
    "svg.hashsalt": "sigspike",
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Draw with these settings, without a screen, and leave matplotlib as it was."""
    with mpl.rc_context(SETTINGS):
        yield


def panels(n_rows: int, n_columns: int, height: float) -> tuple[Figure, list[list[Axes]]]:
    """A figure as wide as two columns, with rows of panels ``height`` inches high."""
    figure = Figure(figsize=(WIDTH, height * n_rows), layout="constrained")
    axes = figure.subplots(n_rows, n_columns, squeeze=False)
    return figure, [list(row) for row in axes]


def write(figure: Figure, path: Path) -> list[Path]:
    """``path``.png and ``path``.svg (without a date: the same numbers make the same file)."""
    png, svg = path.with_suffix(".png"), path.with_suffix(".svg")
    figure.savefig(png)
    figure.savefig(svg, metadata={"Date": None})
    return [png, svg]
