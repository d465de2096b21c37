"""The logistic loss, which is the cross entropy."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.losses.loss import Loss


class Logistic(Loss):
    """ℓ(z) = log(1 + e^{−z}), with ℓ'(z) = −1/(1 + e^z): cross entropy of two classes, whose logit
    is f = F₊ − F₋. Of K ≥ 3 classes, −log softmax(F)_ỹ.
    """

    def __call__(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return jax.nn.softplus(-margin)

    def among(
        self, logits: Float[Array, "sample class_"], label: Float[Array, " sample"]
    ) -> Float[Array, " sample"]:
        chance = jax.nn.log_softmax(logits, axis=1)
        return -jnp.take_along_axis(chance, label[:, None].astype(int), axis=1)[:, 0]
