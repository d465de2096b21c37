"""Smoothed labels."""

from typing import Any

from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number
from sigspike.models.losses import Loss
from sigspike.training.labels.labels import Labels


class Smoothing(Labels):
    """(1 − α/2) ℓ(ỹ_i f_i) + (α/2) ℓ(−ỹ_i f_i), α = ``alpha``.

    At α = 2p this is the expectation of label flips with rate p, step by step, but not their
    dynamics (Huang et al. 2025, arXiv 2510.17526, compare the two).
    """

    alpha: float | Float[Array, ""] = number(BELOW_ONE, "smoothing α", default=0.2)

    def losses(
        self, loss: Loss, margin: Float[Array, " sample"], drawn: Any
    ) -> Float[Array, " sample"]:
        return (1 - self.alpha / 2) * loss(margin) + self.alpha / 2 * loss(-margin)
