"""FINE: examples along the principal direction of their class are taken for clean (Kim et al. 2021)."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.selection.mixture import gaussian_mixture


def fine_scores(features: Any, label: Any, n_classes: int) -> Array:
    """|⟨v_k, f_i/‖f_i‖⟩| over (sample,), v_k the top right-singular vector of the features labelled k = ỹ_i.

    FINE, Kim et al. 2021 (arXiv 2102.11628), Algorithm 1. ``features`` (sample, feature) are not centred there, and
    not here; a feature of length 0 scores 0. v_k is the top eigenvector of Σ_{i in k} f_i f_iᵀ: O(n d² + C d³).
    """
    return _scores(jnp.asarray(features, jnp.result_type(float)), jnp.asarray(label), n_classes)


def fine_posteriors(features: Any, label: Any, n_classes: int) -> Array:
    """P(clean) over (sample,): of the upper of two Gaussians fitted to the scores of each class; FINE keeps > ½."""
    score, label = fine_scores(features, label, n_classes), jnp.asarray(label)
    each = jax.vmap(lambda k: gaussian_mixture(score, counted=label == k))(jnp.arange(n_classes))
    return jnp.take_along_axis(each, label[None], 0)[0]


@partial(jax.jit, static_argnames="n_classes")
def _scores(
    features: Float[Array, "sample feature"], label: Int[Array, " sample"], n_classes: int
) -> Float[Array, " sample"]:
    length = jnp.linalg.norm(features, axis=1)

    def along(k: Int[Array, ""]) -> Float[Array, " sample"]:
        own = features * (label == k)[:, None]
        return jnp.abs(features @ jnp.linalg.eigh(own.T @ own)[1][:, -1])

    overlap = jnp.take_along_axis(jax.lax.map(along, jnp.arange(n_classes)), label[None], 0)[0]
    return overlap / jnp.where(length > 0, length, 1)
