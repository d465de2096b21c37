"""The logistic loss by its other name."""

from sigspike.models.losses.logistic import Logistic


class CrossEntropy(Logistic):
    """−log softmax(F)_ỹ, which for two classes is log(1 + e^{−z}) of the margin z of F₊ − F₋."""
