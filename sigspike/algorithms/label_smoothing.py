"""Label smoothing."""

from typing import Any

from jaxtyping import Array, Float

from sigspike.algorithms.algorithm import Algorithm
from sigspike.check import BELOW_ONE
from sigspike.fields import number


class LabelSmoothing(Algorithm):
    """w ← w − η ∇ (1/n) Σ_i [(1 − α/2) ℓ(ỹ_i f_i) + (α/2) ℓ(−ỹ_i f_i)].

    At α = 2p this is the expectation of label flips with rate p, step by step (paper A, rebuttal), but not their
    dynamics.
    """

    alpha: float | Float[Array, ""] = number(BELOW_ONE, "smoothing α", default=0.2)

    def losses(self, margin: Float[Array, " sample"], drawn: Any) -> Float[Array, " sample"]:
        return (1 - self.alpha / 2) * self.pointwise(margin) + self.alpha / 2 * self.pointwise(-margin)
