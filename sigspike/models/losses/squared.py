"""The squared loss."""

from jaxtyping import Array, Float

from sigspike.models.losses.loss import Loss


class Squared(Loss):
    """ℓ(z) = ½ (1 − z)², which for ỹ = ±1 is ½ (f − ỹ)²."""

    def __call__(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return (1 - margin) ** 2 / 2
