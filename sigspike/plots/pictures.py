"""One picture in a panel."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sigspike.plots.style import WIDTH


def picture(axes: Axes, image: np.ndarray) -> None:
    """(row, column, channel) with 1 or 3 channels: bytes, or numbers that are cut off at 0 and 1.
    No axis, no blur.
    """
    pixels = image / 255 if image.dtype == np.uint8 else np.clip(image, 0, 1)
    grey = pixels.shape[-1] == 1
    axes.imshow(
        pixels[..., 0] if grey else pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest"
    )
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)


def picture_grid(
    n_rows: int, n_columns: int, shape: tuple[int, ...], extra: float = 0.0
) -> tuple[Figure, np.ndarray]:
    """A figure of two columns' width (at most 0.8 inches a picture) and its panels, ``n_rows`` by
    ``n_columns``, for pictures of ``shape`` (row, column, …); ``extra`` inches above each row.
    """
    side = min(WIDTH / n_columns, 0.8)
    height = n_rows * (side * shape[0] / shape[1] + extra)
    figure = Figure(figsize=(side * n_columns + 0.8, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)  # type: ignore[union-attr]
    return figure, figure.subplots(n_rows, n_columns, squeeze=False)
