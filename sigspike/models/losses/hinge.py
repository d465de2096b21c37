"""The hinge loss."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.losses.loss import Loss


class Hinge(Loss):
    """ℓ(z) = max(0, 1 − z), with ℓ'(z) = −1 for z < 1 and 0 from z = 1 on. NaN stays NaN."""

    def __call__(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return jnp.where(margin >= 1, 0, 1 - margin)
