"""The exponential loss."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.losses.loss import Loss


class ExponentialLoss(Loss):
    """ℓ(z) = e^{−z}."""

    def __call__(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return jnp.exp(-margin)
