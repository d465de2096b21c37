"""Odd powers, which answer both signs."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from sigspike.foundation.check import AT_LEAST_ONE
from sigspike.foundation.fields import constant
from sigspike.models.activations.activation import Activation


class SignedPower(Activation):
    """σ(z) = sign(z) |z|^q with q = ``power`` ≥ 1, any real number; z³ for q = 3.

    z³ is the activation of Deng et al. 2023 (arXiv 2306.04949) on spurious features and of Chen et
    al. 2022 (arXiv 2208.02813) on mixtures of experts. q is static: each is code of its own. Where
    a derivative does not exist at 0 (σ'' for q ≤ 2, say) it is 0.
    """

    power: float = constant(AT_LEAST_ONE, "exponent q of the activation")

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        if float(self.power).is_integer():
            power = lax.integer_pow(z, int(self.power))
            return power if self.power % 2 else jnp.sign(z) * power
        at_zero = z == 0
        size = jnp.where(at_zero, 1, jnp.abs(z))
        return jnp.where(at_zero, 0, jnp.sign(z) * size**self.power)

    @property
    def silent(self) -> bool:
        return self.power > 1
