"""Cross entropy with the labels as they are: the baseline of every method."""

from sigspike.images.methods.method import Method


class CrossEntropy(Method):
    """ℓ = −log p_ỹ, p = softmax of the logits."""
