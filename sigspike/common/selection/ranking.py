"""How well a score ranks clean examples above noisy ones."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


def auc(score: Any, clean: Any) -> Array:
    """P(s > s') + ½ P(s = s') for a clean example s and a noisy one s', over the last axis: the
    area under the ROC.

    Exact with ties, by sorting, in O(n log n); NaN where a kind is missing or a score is NaN.
    """
    return _auc(jnp.asarray(score, jnp.result_type(float)), jnp.asarray(clean, bool))


@jax.jit
def _auc(
    score: Float[Array, "*more sample"], clean: Bool[Array, "*more sample"]
) -> Float[Array, "..."]:
    return jnp.vectorize(_of_one, signature="(n),(n)->()")(score, clean)


def _of_one(score: Float[Array, " sample"], clean: Bool[Array, " sample"]) -> Float[Array, ""]:
    # Clean scores, as ∞, sort behind all noisy ones, and the counts below are capped before them
    noisy = jnp.sort(jnp.where(clean, jnp.inf, score))
    n_noisy, n_clean = (~clean).sum(), clean.sum()
    below, up_to = (
        jnp.minimum(jnp.searchsorted(noisy, score, side=side), n_noisy)
        for side in ("left", "right")
    )
    beaten = jnp.where(clean, below + up_to, 0).sum() / 2
    share = beaten / jnp.maximum(n_noisy, 1) / jnp.maximum(n_clean, 1)
    return jnp.where((n_noisy > 0) & (n_clean > 0) & ~jnp.isnan(score).any(), share, jnp.nan)
