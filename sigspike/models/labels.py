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


def other(
    label: Float[Array, " sample"], drawn: Float[Array, " sample"], rate: Rate, n_classes: int
) -> Float[Array, " sample"]:
    """Another of K classes, each as likely, where ``drawn`` ~ U[0, 1) is below ``rate``; else the
    label: given that it is below, drawn / rate is uniform again.
    """
    share = drawn / jnp.where(rate > 0, rate, 1)
    ahead = 1 + jnp.minimum(jnp.floor(share * (n_classes - 1)), n_classes - 2).astype(int)
    moved = named((place(label, n_classes) + ahead) % n_classes, n_classes)
    return jnp.where(drawn < rate, moved, label)


def sides(n_banks: int, n_classes: int | None = None) -> Float[Array, " bank"]:
    """The label of the class for which each bank of filters speaks; one for all counts as the last.

    ``n_classes``: by default as many as banks, and at least two.
    """
    n_classes = max(n_banks, 2) if n_classes is None else n_classes
    return named(jnp.arange(n_classes), n_classes)[-n_banks:]


def balanced(n_samples: int, n_classes: int = 2) -> Float[Array, " sample"]:
    """One class after another, again and again: as many of each, to one."""
    return named(jnp.arange(n_samples) % n_classes, n_classes)


def margin(
    logits: Float[Array, "sample *class_"], label: Float[Array, " sample"]
) -> Float[Array, " sample"]:
    """ỹ f of two classes; of K ≥ 3, F_ỹ − max_{k ≠ ỹ} F_k."""
    if logits.ndim == 1:
        return label * logits
    own, others = _parted(logits, label)
    return own[:, 0] - others.max(1)


def correct(
    logits: Float[Array, "sample *class_"], label: Float[Array, " sample"]
) -> Float[Array, " sample"]:
    """1 where a sample is given its label, 0 where not; classes that tie share it, ½ each of two;
    NaN at NaN.
    """
    if logits.ndim == 1:
        return (1 + jnp.sign(label * logits)) / 2
    # Never "is it the largest?": a compiler may make a logit twice, and round it in two ways
    own, others = _parted(logits, label)
    ahead, level = (jnp.sum(which, axis=1) for which in (others > own, others == own))
    unknown = jnp.isnan(logits).any(1)
    return jnp.where(unknown, jnp.nan, (ahead == 0) / (1 + level))


def predicted(logits: Float[Array, "sample *class_"]) -> Float[Array, " sample"]:
    """The label that is answered: the sign of f (−1 at 0), or the class of the largest of K logits;
    NaN at NaN.
    """
    if logits.ndim == 1:
        return jnp.where(jnp.isnan(logits), jnp.nan, named(jnp.where(logits > 0, 1, 0)))
    best = named(jnp.argmax(logits, axis=1), logits.shape[1])
    return jnp.where(jnp.isnan(logits).any(1), jnp.nan, best)


def _parted(
    logits: Float[Array, "sample class_"], label: Float[Array, " sample"]
) -> tuple[Float[Array, "sample 1"], Float[Array, "sample class_"]]:
    """The logit of each sample's own label, and those of the other classes, −∞ in its place."""
    member = jnp.arange(logits.shape[1])[None] == label[:, None]
    own = jnp.sum(logits, axis=1, where=member, keepdims=True)
    return own, jnp.where(member, -jnp.inf, logits)


def clean_first(label: Float[Array, " sample"], n_clean: int) -> Int[Array, " sample"]:
    """The order that begins with the first n_clean / 2 samples of each class (one more of −1 where
    n_clean is odd) and leaves the others as they are: a balanced clean subset and what remains.
    """
    positive = label > 0
    rank = jnp.where(positive, jnp.cumsum(positive), jnp.cumsum(~positive))
    chosen = rank <= jnp.where(positive, n_clean // 2, n_clean - n_clean // 2)
    return jnp.argsort(~chosen, stable=True)
