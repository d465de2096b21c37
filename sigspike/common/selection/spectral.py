"""FINE: examples along the principal direction of their class are taken for clean (Kim et al.
2021).
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

from sigspike.common.selection.mixture import gaussian_mixture

SQUARINGS = 16  # the 65 536th power: a second eigenvalue 0.1 % below the first is gone to 10⁻²⁸


def fine_scores(features: Any, label: Any, n_classes: int) -> Array:
    """|⟨v_k, f_i/‖f_i‖⟩| over (sample,), v_k the top right-singular vector of the features labelled
    k = ỹ_i.

    FINE, Kim et al. 2021 (arXiv 2102.11628), Algorithm 1. ``features`` (sample, feature) are not
    centred there, and not here; a feature of length 0 scores 0. v_k is the top eigenvector of Σ_{i
    in k} f_i f_iᵀ: O(C n d² + C d³).
    """
    return _scores(jnp.asarray(features, jnp.result_type(float)), jnp.asarray(label), n_classes)


def fine_posteriors(features: Any, label: Any, n_classes: int) -> Array:
    """P(clean) over (sample,): of the upper of two Gaussians fitted to the scores of each class;
    FINE keeps > ½.
    """
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
        return jnp.abs(features @ _top(own.T @ own))

    overlap = jnp.take_along_axis(lax.map(along, jnp.arange(n_classes)), label[None], 0)[0]
    return overlap / jnp.where(length > 0, length, 1)


def _top(gram: Float[Array, "feature feature"]) -> Float[Array, " feature"]:
    """The top eigenvector of a positive matrix (0 of the matrix 0), by squaring: LAPACK takes 50
    times as long here.
    """

    def square(_: Any, power: Float[Array, "feature feature"]) -> Float[Array, "feature feature"]:
        power = power / jnp.maximum(jnp.abs(power).max(), jnp.finfo(power.dtype).tiny)
        return power @ power

    power = lax.fori_loop(0, SQUARINGS, square, gram)
    column = power[:, jnp.argmax(jnp.diagonal(power))]
    return column / jnp.maximum(jnp.linalg.norm(column), jnp.finfo(column.dtype).tiny)
