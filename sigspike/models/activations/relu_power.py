"""Powers of the ReLU."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from sigspike.foundation.check import AT_LEAST_ONE
from sigspike.foundation.fields import constant
from sigspike.models.activations.activation import Activation


class ReLUPower(Activation):
    """σ(z) = max(0, z)^q with q = ``power`` ≥ 1, any real number, and σ'(0) = 0.

    q = 1 is the ReLU, as in Kou et al. 2023 (arXiv 2303.04145); q = 2 the squared ReLU of Huang et
    al. 2025 (arXiv 2510.17526), whose appendix has q = 3 and 4 too; q > 2 the smooth activation
    of Cao et al. 2022 (arXiv 2202.06526). q is static: each is code of its own.
    """

    power: float = constant(AT_LEAST_ONE, "exponent q of the activation", default=2)

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return relu_power(z, self.power)

    @property
    def silent(self) -> bool:
        return True


def relu_power(z: Float[Array, "*any"], power: float) -> Float[Array, "*any"]:
    """max(0, z)^q.

    Of both branches of the selection each is finite, with all its derivatives: none of any order
    is NaN where z < 0.
    """
    silent = z <= 0
    base = jnp.where(silent, 0, z)
    if power == 1:
        return base
    if float(power).is_integer():
        return lax.integer_pow(base, int(power))
    return jnp.where(silent, 0, jnp.where(silent, 1, z) ** power)
