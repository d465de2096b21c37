"""The leaky ReLU."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import Range
from sigspike.foundation.fields import number
from sigspike.models.activations.activation import Activation


class Leaky(Activation):
    """σ(z) = max(z, a z) with a = ``slope`` in [0, 1], and σ'(0) = a.

    No neuron falls silent, which is what Karhadkar et al. 2024 (arXiv 2403.06903) build on; they
    have a = 0.1.
    """

    slope: float | Float[Array, ""] = number(Range(low=0, high=1), "slope of σ below 0")

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return jnp.where(z > 0, z, self.slope * z)
