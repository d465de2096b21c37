"""The smoothed (Huberised) ReLU."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import AT_LEAST_ONE, POSITIVE
from sigspike.foundation.fields import constant, number
from sigspike.models.activations.activation import Activation
from sigspike.models.activations.relu_power import relu_power


class SmoothedReLU(Activation):
    """σ(z) = 0 for z < 0, z^q / (q ϱ^{q−1}) on [0, ϱ], and z − (1 − 1/q) ϱ above.

    q = ``power`` ≥ 1 is static, ϱ = ``corner`` > 0 a number. σ and σ' are continuous for q > 1:
    a ReLU with a round corner, a power with a bounded slope. It is the activation of Allen-Zhu and
    Li 2023 (arXiv 2012.09816) and, with q ≥ 3, of Shi et al. 2026 (arXiv 2511.22270), who compare
    gradient descent with noisy gradient descent.
    """

    power: float = constant(AT_LEAST_ONE, "exponent q of the activation's corner")
    corner: float | Float[Array, ""] = number(POSITIVE, "end ϱ of the activation's corner")

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        inside = (z >= 0) & (z <= self.corner)
        share = jnp.where(inside, z, 0) / self.corner
        bent = self.corner / self.power * relu_power(share, self.power)
        straight = z - (1 - 1 / self.power) * self.corner
        return jnp.where(z < 0, 0, jnp.where(inside, bent, straight))

    @property
    def silent(self) -> bool:
        return True
