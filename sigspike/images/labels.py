"""Class labels of images: whole numbers 0 … C−1, checked when they are given."""

from typing import Any

import numpy as np

from sigspike.foundation.check import Refusal


def as_labels(name: str, value: Any, n_classes: int) -> np.ndarray:
    """Labels as int64 (image); refused where they are no whole numbers of 0 … C−1."""
    found = np.asarray(value)
    if found.ndim != 1 or (found.dtype.kind not in "iu" and found.size):
        raise Refusal(
            f"`{name}` must be one whole number for each image, "
            f"got {found.dtype} of shape {found.shape}"
        )
    bad = np.flatnonzero((found < 0) | (found >= n_classes))
    if bad.size:
        known = f"from 0 to {n_classes - 1}"
        raise Refusal(
            f"`{name}` must lie {known}, got {found[bad[0]]} at place {bad[0]} ({bad.size} such)"
        )
    return found.astype(np.int64)


def check_lengths(name: str, n_found: int, n_wanted: int) -> None:
    """Refuse labels that are not one for each of ``n_wanted`` images."""
    if n_found != n_wanted:
        raise Refusal(f"`{name}` must hold one label for each of {n_wanted} images, got {n_found}")
