"""The signal of a sample, with the opposite sign, in its noise patches."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.models.problems.leaks.leak import Held, Leak, Mixed


class FeatureNoise(Leak):
    """x^(p) = ξ_p − α a in every noise patch, with the signal a of the sample and α = ``strength``.

    For the signal–noise model a = yμ (Zou et al. 2021, arXiv 2108.11371).
    """

    strength: float | Float[Array, ""] = number(NONNEGATIVE, "feature noise α", default=0.2)

    def mixed(self, own: Held, other: Held, n_patches: int) -> Mixed:
        return -self.strength * jnp.repeat(own[:, None], n_patches, axis=1)
