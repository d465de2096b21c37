"""The squared loss."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.losses.loss import Loss


class Squared(Loss):
    """ℓ(z) = ½ (1 − z)², which for ỹ = ±1 is ½ (f − ỹ)². Of K ≥ 3 classes, ½ ‖F − e_ỹ‖²."""

    def __call__(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return (1 - margin) ** 2 / 2

    def among(
        self, logits: Float[Array, "sample class_"], label: Float[Array, " sample"]
    ) -> Float[Array, " sample"]:
        wanted = jax.nn.one_hot(label.astype(int), logits.shape[1], dtype=logits.dtype)
        return jnp.sum((logits - wanted) ** 2, axis=1) / 2
