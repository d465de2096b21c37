"""Label noise at every step, on tensors."""

from typing import Any

import torch

from sigspike.foundation.check import BELOW_ONE, Range
from sigspike.images.bridge.tensors import check_whole


def flipped(
    labels: Any, flip_rate: float, n_classes: int, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Labels (sample,) of which each becomes one of the C − 1 others, drawn uniformly, with
    probability p: the law of `methods.LabelNoise`, to be called at every step (Huang et al. 2025,
    arXiv 2510.17526), for any loss.

    It draws from ``generator`` (of the labels' device; None: PyTorch's own), which PyTorch seeds
    and checkpoints, and never changes the labels given.
    """
    Range(low=2, whole=True, plain=True).check("n_classes", n_classes)
    BELOW_ONE.check("flip_rate", flip_rate)
    check_whole(
        "labels",
        labels,
        len(labels) if isinstance(labels, torch.Tensor) and labels.ndim else 0,
        n_classes,
    )
    flips = torch.rand(labels.shape, generator=generator, device=labels.device) < flip_rate
    by = torch.randint(1, n_classes, labels.shape, generator=generator, device=labels.device)
    return ((labels + flips * by) % n_classes).to(labels.dtype)
