"""Binary labels ±1 and their flips."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

Rate = float | Float[Array, ""]


def rademacher(key: Key[Array, ""], n_samples: int) -> Float[Array, " sample"]:
    """y = ±1 with probability ½ each."""
    return jax.random.rademacher(key, (n_samples,), dtype=jnp.result_type(float))


def flip(
    key: Key[Array, ""], label: Float[Array, " sample"], positive_rate: Rate, negative_rate: Rate
) -> Float[Array, " sample"]:
    """ỹ with P(ỹ = −1 | y = 1) = τ₊ and P(ỹ = +1 | y = −1) = τ₋, independently over samples (paper B)."""
    rate = jnp.where(label > 0, positive_rate, negative_rate)
    return jnp.where(jax.random.bernoulli(key, rate), -label, label)
