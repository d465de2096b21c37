"""What a network makes of its training images: features, predictions, and places in a plane."""

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from sigspike.foundation.check import Range, Refusal
from sigspike.images.data import Dataset
from sigspike.images.methods import Model
from sigspike.images.noise import NoisyLabels
from sigspike.images.training.evaluation import outputs
from sigspike.images.training.setup import Setup
from sigspike.images.training.training import Training


class Features(NamedTuple):
    """Penultimate features and predicted classes of training images, not augmented, by a network in
    evaluation.

    ``ids`` are places in the data set, ``labels`` the noisy labels, ``truth`` the true ones (None
    where unknown).
    """

    ids: Int[np.ndarray, " image"]
    features: Float[np.ndarray, "image feature"]
    predicted: Int[np.ndarray, " image"]
    labels: Int[np.ndarray, " image"]
    truth: Int[np.ndarray, " image"] | None


def features_of(training: Training, dataset: Dataset, noisy: NoisyLabels, model: Model) -> Features:
    """Of a model that was trained so, such as ``result.state.models[0]``."""
    setup = Setup.of(training, dataset, noisy)
    found = jax.device_get(outputs(setup.training, model, setup.data, setup.data.train.images))
    return Features(setup.ids, found.features, found.logits.argmax(1), setup.labels, setup.truth)


def embedded(
    features: Float[np.ndarray, "image feature"], seed: int = 0, perplexity: float = 30.0
) -> Float[np.ndarray, "image 2"]:
    """t-SNE (van der Maaten & Hinton 2008) into a plane, from the first two principal components;
    scikit-learn's.

    Distances between far groups, and their sizes, mean nothing there. O(n log n); figure 1 of Tai
    et al. 2023 (arXiv 2307.04312) has it of test features.
    """
    Range(low=0, whole=True, plain=True).check("seed", seed)
    Range(low=0, open_low=True, high=len(features), open_high=True).check("perplexity", perplexity)
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        raise Refusal(
            "`embedded` needs scikit-learn, which is not installed; pip install scikit-learn"
        ) from None
    plane = TSNE(2, perplexity=perplexity, init="pca", random_state=seed)
    return np.asarray(plane.fit_transform(np.asarray(features, np.float32)), float)
