"""Smoothed labels."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number
from sigspike.models.losses import Loss
from sigspike.training.labels.labels import Label, Labels, Logits


class Smoothing(Labels):
    """(1 − α/2) ℓ(ỹ_i f_i) + (α/2) ℓ(−ỹ_i f_i), α = ``alpha``; of K classes, (1 − α) of the loss on
    ỹ_i and α/K of that on each class.

    At α = 2p this is the expectation of label flips with rate p, step by step, but not their
    dynamics (Huang et al. 2025, arXiv 2510.17526, compare the two).
    """

    alpha: float | Float[Array, ""] = number(BELOW_ONE, "smoothing α", default=0.2)

    def losses(self, loss: Loss, logits: Logits, label: Label, drawn: Any) -> Label:
        if logits.ndim == 1:
            margin = label * logits
            return (1 - self.alpha / 2) * loss(margin) + self.alpha / 2 * loss(-margin)
        n_classes = logits.shape[1]
        of_each = [loss.of(logits, jnp.full_like(label, k)) for k in range(n_classes)]
        return (1 - self.alpha) * loss.of(logits, label) + self.alpha / n_classes * sum(of_each)
