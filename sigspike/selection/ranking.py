"""How well a score ranks clean examples above noisy ones."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Shaped


def auc(score: Any, clean: Any) -> Array:
    """P(s > s') + ½ P(s = s') for a clean example s and a noisy one s', over the last axis: the area under the ROC.

    Exact with ties, by sorting, in O(n log n); NaN where a kind is missing or a score is NaN.
    """
    return _auc(jnp.asarray(score), jnp.asarray(clean, bool))


@jax.jit
def _auc(score: Shaped[Array, "*more sample"], clean: Bool[Array, "*more sample"]) -> Float[Array, "..."]:
    return jnp.vectorize(_of_one, signature="(n),(n)->()")(score, clean)


def _of_one(score: Shaped[Array, " sample"], clean: Bool[Array, " sample"]) -> Float[Array, ""]:
    order = jnp.argsort(score)
    ordered, noisy = score[order], ~clean[order]
    before = jnp.concatenate([jnp.zeros(1, int), jnp.cumsum(noisy)])  # noisy examples among the first k
    below, up_to = (before[jnp.searchsorted(ordered, ordered, side=side)] for side in ("left", "right"))
    beaten = jnp.where(noisy, 0, below + up_to) / 2
    share = beaten.sum() / jnp.maximum(noisy.sum(), 1) / jnp.maximum((~noisy).sum(), 1)
    return jnp.where(noisy.any() & ~noisy.all() & ~jnp.isnan(score).any(), share, jnp.nan)
