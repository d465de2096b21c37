"""Losses as functions of the margin y·f."""

import jax
from jaxtyping import Array, Float


def logistic(margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """ℓ(z) = log(1 + e^{−z}), with ℓ'(z) = −1/(1 + e^z)."""
    return jax.nn.softplus(-margin)
