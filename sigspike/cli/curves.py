"""The curves of a training, drawn into its folder."""

from pathlib import Path

import xarray as xr

from sigspike.images.training import read_curves


def drawn(folder: Path) -> xr.Dataset:
    """The curves, finished or not, after writing curves.png."""
    from sigspike.plots.memorisation import draw_memorisation
    from sigspike.plots.style import paper_style

    curves = read_curves(folder)
    with paper_style():
        draw_memorisation(curves).savefig(folder / "curves.png")
    return curves
