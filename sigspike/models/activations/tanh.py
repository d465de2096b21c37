"""The hyperbolic tangent."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.activations.activation import Activation


class Tanh(Activation):
    """σ(z) = tanh z: odd, smooth and bounded, the classical sigmoid around 0."""

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return jnp.tanh(z)
