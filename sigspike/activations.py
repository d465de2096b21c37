"""The activation σ(z) = max(0, z)^q."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float


def relu_power(z: Float[Array, "*any"], power: float) -> Float[Array, "*any"]:
    """σ(z) = max(0, z)^q for a real q ≥ 1, with σ'(0) = 0.

    q = 1 is ReLU (papers B, K), q = 2 the squared ReLU (paper A). For a real q both branches of the
    selection are kept finite, so that no derivative of any order is NaN where z < 0. NaN stays NaN:
    a diverged neuron must not pass for a silent one.
    """
    silent = z <= 0
    base = jnp.where(silent, 0, z)
    if power == 1:
        return base
    if float(power).is_integer():
        return lax.integer_pow(base, int(power))
    return jnp.where(silent, 0, jnp.where(silent, 1, z) ** power)
