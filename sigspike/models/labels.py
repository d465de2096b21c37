"""Labels and their flips: −1 and +1 for two classes, and 0, …, K − 1 for K ≥ 3."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

Rate = float | Float[Array, ""]


def drawn(key: Key[Array, ""], n_samples: int, n_classes: int = 2) -> Float[Array, " sample"]:
    """A class for each sample, all K as likely: y = ±1, or y = 0, …, K − 1."""
    if n_classes == 2:
        return jax.random.rademacher(key, (n_samples,), dtype=jnp.result_type(float))
    return jax.random.randint(key, (n_samples,), 0, n_classes).astype(jnp.result_type(float))


def place(label: Float[Array, " sample"], n_classes: int = 2) -> Int[Array, " sample"]:
    """The number of a class, from 0."""
    return jnp.where(label > 0, 1, 0) if n_classes == 2 else label.astype(int)


def named(number: Int[Array, " sample"], n_classes: int = 2) -> Float[Array, " sample"]:
    """The label of the class with this number."""
    kept = number.astype(jnp.result_type(float))
    return 2 * kept - 1 if n_classes == 2 else kept


def flip(
    key: Key[Array, ""], label: Float[Array, " sample"], positive_rate: Rate, negative_rate: Rate
) -> Float[Array, " sample"]:
    """ỹ with P(ỹ = −1 | y = 1) = τ₊ and P(ỹ = +1 | y = −1) = τ₋, independently over samples (Han et
    al. 2025, arXiv 2505.18909).
    """
    rate = jnp.where(label > 0, positive_rate, negative_rate)
    return jnp.where(jax.random.bernoulli(key, rate), -label, label)


def balanced(n_samples: int, n_classes: int = 2) -> Float[Array, " sample"]:
    """One class after another, again and again: as many of each, to one."""
    return named(jnp.arange(n_samples) % n_classes, n_classes)


def clean_first(label: Float[Array, " sample"], n_clean: int) -> Int[Array, " sample"]:
    """The order that begins with the first n_clean / 2 samples of each class (one more of −1 where
    n_clean is odd) and leaves the others as they are: a balanced clean subset and what remains.
    """
    positive = label > 0
    rank = jnp.where(positive, jnp.cumsum(positive), jnp.cumsum(~positive))
    chosen = rank <= jnp.where(positive, n_clean // 2, n_clean - n_clean // 2)
    return jnp.argsort(~chosen, stable=True)
