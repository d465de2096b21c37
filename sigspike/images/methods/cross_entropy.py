"""Cross entropy with the labels as they are: the baseline of every method."""

import optax
from jaxtyping import PyTree

from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Logits, Losses, Method


class CrossEntropy(Method):
    """ℓ = −log p_ỹ, p = softmax of the logits."""

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        return optax.softmax_cross_entropy_with_integer_labels(logits, batch.labels), carried
