"""Checks of a clean subset, and of a kernel matrix."""

from typing import Any

import numpy as np
from jax.core import Tracer

from sigspike.foundation.check import Refusal

ASYMMETRY = 1e-5  # of the largest entry; what float32 products may leave


def check_labels(clean_label: Any, n_classes: int, n_samples: int) -> None:
    """Refuse labels (clean,) of a clean subset beside ``n_samples`` training examples: none, too
    many, no integers of 0 … C − 1, or none of some class. What is traced passes.
    """
    if isinstance(clean_label, Tracer):
        return
    label = np.asarray(clean_label)
    name, last = "`clean_label`", n_classes - 1
    if label.ndim != 1 or not label.size:
        raise Refusal(
            f"{name} must hold the labels of one clean subset, got shape {label.shape}; "
            "draw some examples"
        )
    if label.dtype.kind not in "iu" or label.min() < 0 or label.max() > last:
        odd = (
            label.dtype if label.dtype.kind not in "iu" else label[(label < 0) | (label > last)][0]
        )
        raise Refusal(
            f"{name} must be whole numbers from 0 to {last}, got {odd}; number the classes from 0"
        )
    if len(label) > n_samples:
        raise Refusal(
            f"{name} must not hold more examples than are trained on ({n_samples}), "
            f"got {len(label)}; take fewer"
        )
    missing = np.setdiff1d(np.arange(n_classes), label).tolist()
    if missing:
        lacking = ", ".join(map(str, missing))
        raise Refusal(
            f"{name} must hold every class from 0 to {last}, got none of {lacking}; "
            "draw more, or some of each class"
        )


def check_apart(clean_ids: Any, train_ids: Any) -> None:
    """Refuse a clean subset that holds training examples, or one example twice; ``ids`` are places
    in a data set.
    """
    if isinstance(clean_ids, Tracer) or isinstance(train_ids, Tracer):
        return
    clean, times = np.unique(np.asarray(clean_ids), return_counts=True)
    if (times > 1).any():
        raise Refusal(
            f"`clean_ids` must be different examples, got {clean[times > 1][0]} twice; "
            "draw without repeats"
        )
    shared = np.intersect1d(clean, np.asarray(train_ids))
    if shared.size:
        raise Refusal(
            f"`clean_ids` must not be training examples, got {shared.size} that are (the first is "
            f"{shared[0]}); draw them from the others"
        )


def check_kernel(kernel: Any, name: str = "kernel") -> None:
    """Refuse what is no square matrix of finite numbers with K_ij = K_ji to 10⁻⁵ of the largest
    entry.
    """
    if isinstance(kernel, Tracer):
        return
    entries = np.asarray(kernel)
    if entries.ndim != 2 or entries.shape[0] != entries.shape[1] or entries.dtype.kind not in "iuf":
        raise Refusal(
            f"`{name}` must be a square matrix of numbers, got shape {entries.shape} of "
            f"{entries.dtype}; give K(x_i, x_j) of all pairs"
        )
    bad = np.argwhere(~np.isfinite(entries))
    if bad.size:
        row, column = bad[0].tolist()
        raise Refusal(
            f"`{name}` must be finite, got {entries[row, column]} at ({row}, {column}) and "
            f"{len(bad)} such in all; mend the kernel"
        )
    largest = np.abs(entries).max(initial=0)
    asymmetry = np.abs(entries - entries.T).max(initial=0) / (largest or 1)
    if asymmetry > ASYMMETRY:
        raise Refusal(
            f"`{name}` must be symmetric, got |K − Kᵀ| up to {asymmetry:.2g} of the largest entry; "
            "give (K + Kᵀ)/2 if that is meant"
        )
