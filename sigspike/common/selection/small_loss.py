"""Small-loss selection: which samples are kept, how many, and how many of the clean ones."""

from typing import Any

import numpy as np

Losses = Any  # arrays over (…, sample)


def selected(loss: Losses, threshold: Any) -> Any:
    """The samples whose loss lies below ``threshold``.

    With the logistic loss and threshold log 2 they are those whose margin ỹf is positive (Han et
    al. 2025, arXiv 2505.18909: at T₁ exactly the clean ones). A loss that is not finite is not
    selected.
    """
    return np.asarray(loss) < np.asarray(threshold)


def precision(kept: Any, clean: Any) -> Any:
    """Σ_i kept_i clean_i / Σ_i kept_i over the last axis: the clean share of what is kept (NaN
    where nothing is).
    """
    return _share(kept, clean, kept)


def recall(kept: Any, clean: Any) -> Any:
    """Σ_i kept_i clean_i / Σ_i clean_i over the last axis: the kept share of what is clean (NaN
    where nothing is).
    """
    return _share(kept, clean, clean)


def _share(one: Any, other: Any, of: Any) -> Any:
    both = np.logical_and(one, other).sum(-1)
    total = np.broadcast_to(np.asarray(of, bool).sum(-1), both.shape)
    return np.divide(both, total, out=np.full(both.shape, np.nan), where=total > 0)
