"""Label-noise gradient descent: fresh flips of the labels at every step."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Logits, Losses, Method, cross_entropy


class LabelNoise(Method):
    """ℓ = −log p_k, where k is ỹ with probability 1 − p, else one of the C − 1 other classes, drawn
    uniformly and anew at every step (Huang et al. 2025, arXiv 2510.17526, section 2, for C = 2; its
    ResNet experiments have p = 0.2).
    """

    flip_rate: float | Float[Array, ""] = number(BELOW_ONE, "flip rate p", default=0.2)

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        flip_key, class_key = jax.random.split(batch.key)
        n_classes = logits.shape[1]
        flips = jax.random.bernoulli(flip_key, self.flip_rate, batch.labels.shape)
        by = jax.random.randint(class_key, batch.labels.shape, 1, n_classes)
        return cross_entropy(logits, (batch.labels + jnp.where(flips, by, 0)) % n_classes), carried
