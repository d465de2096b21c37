"""Binary labels ±1 and their flips."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

Rate = float | Float[Array, ""]


def rademacher(key: Key[Array, ""], n_samples: int) -> Float[Array, " sample"]:
    """y = ±1 with probability ½ each."""
    return jax.random.rademacher(key, (n_samples,), dtype=jnp.result_type(float))


def flip(
    key: Key[Array, ""], label: Float[Array, " sample"], positive_rate: Rate, negative_rate: Rate
) -> Float[Array, " sample"]:
    """ỹ with P(ỹ = −1 | y = 1) = τ₊ and P(ỹ = +1 | y = −1) = τ₋, independently over samples (Han et
    al. 2025, arXiv 2505.18909).
    """
    rate = jnp.where(label > 0, positive_rate, negative_rate)
    return jnp.where(jax.random.bernoulli(key, rate), -label, label)


def balanced(n_samples: int) -> Float[Array, " sample"]:
    """−1, +1, −1, …: as many of each, to one."""
    return jnp.where(jnp.arange(n_samples) % 2 == 0, -1.0, 1.0)


def clean_first(label: Float[Array, " sample"], n_clean: int) -> Int[Array, " sample"]:
    """The order that begins with the first n_clean / 2 samples of each class (one more of −1 where
    n_clean is odd) and leaves the others as they are: a balanced clean subset and what remains.
    """
    positive = label > 0
    rank = jnp.where(positive, jnp.cumsum(positive), jnp.cumsum(~positive))
    chosen = rank <= jnp.where(positive, n_clean // 2, n_clean - n_clean // 2)
    return jnp.argsort(~chosen, stable=True)
