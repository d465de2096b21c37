"""The softplus, a ReLU that is smooth everywhere."""

import jax
from jaxtyping import Array, Float

from sigspike.foundation.check import POSITIVE
from sigspike.foundation.fields import number
from sigspike.models.activations.activation import Activation


class Softplus(Activation):
    """σ(z) = log(1 + e^{βz}) / β with β = ``sharpness`` > 0: a ReLU as β → ∞.

    σ(0) = log(2)/β is not 0: a neuron answers before it has learnt anything.
    """

    sharpness: float | Float[Array, ""] = number(POSITIVE, "sharpness β of σ", default=1.0)

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return jax.nn.softplus(self.sharpness * z) / self.sharpness
