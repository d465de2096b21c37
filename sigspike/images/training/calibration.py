"""Probabilities that come true as often as they say, by one number fitted on clean images."""

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

LARGEST = 100.0  # of the temperature, and of its inverse


def temperature_of(logits: Any, labels: Any) -> float:
    """T that minimises Σ_i −log softmax(z_i/T)_y over images with true labels y (Guo et al. 2017,
    arXiv 1706.04599); ``logits`` (image, class), ``labels`` (image).

    One image more, with a share 1/C of every label and the mean −log p of all, is counted with
    them, as Laplace's rule counts a success and a failure: a network that errs on none of n images
    is not sure for that.
    """
    values, true = np.asarray(logits, float), np.asarray(labels)

    def loss(log_inverse: float) -> float:
        scaled = values * np.exp(log_inverse)
        surprise = logsumexp(scaled, 1, keepdims=True) - scaled
        return float(surprise[np.arange(len(true)), true].sum() + surprise.mean())

    most = np.log(LARGEST)
    found: Any = minimize_scalar(loss, bounds=(-most, most), method="bounded")
    return float(np.exp(-found.x))
