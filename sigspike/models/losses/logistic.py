"""The logistic loss."""

import jax
from jaxtyping import Array, Float

from sigspike.models.losses.loss import Loss


class Logistic(Loss):
    """ℓ(z) = log(1 + e^{−z}), with ℓ'(z) = −1/(1 + e^z): cross entropy of two classes."""

    def __call__(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return jax.nn.softplus(-margin)
