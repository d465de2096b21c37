"""What a decoder restores of images, as figure 2 of Tai et al. 2023 (arXiv 2307.04312) shows it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, UInt8

from sigspike.foundation.check import Range, Refusal
from sigspike.images.data import Dataset
from sigspike.images.methods import Model, RobustFeatures
from sigspike.images.noise import NoisyLabels
from sigspike.images.training.setup import Setup
from sigspike.images.training.training import Training

Pictures = Float[np.ndarray, "image row column channel"]


class Restorations(NamedTuple):
    """x, T(x) and D(φ(T(x))), with pixels from 0 to 1."""

    original: Pictures
    changed: Pictures
    restored: Pictures


def restorations_of(
    training: Training,
    dataset: Dataset,
    noisy: NoisyLabels,
    model: Model,
    images: UInt8[np.ndarray, "image row column channel"],
    seed: int = 0,
) -> Restorations:
    """Of any ``images`` by a model that `RobustFeatures` trained so, the network in evaluation;
    ``seed`` draws T.

    The decoder's pixels are brought back from normalised ones, and cut off at 0 and 1.
    """
    Range(low=0, whole=True, plain=True).check("seed", seed)
    method = training.method
    if not isinstance(method, RobustFeatures) or not method.restoration:
        raise Refusal(
            f"`training.method` must be RobustFeatures with a restoration, got {method!r}"
        )
    setup = Setup.of(training, dataset, noisy)
    data = setup.data
    changed = method.restored_from(jnp.asarray(images), jax.random.key(seed))
    normalised = method.restored(model, data.normalised(changed), setup.training.network)
    restored = normalised * data.std[None, None, None] + data.mean[None, None, None]
    return Restorations(
        images / 255, np.asarray(changed, float) / 255, np.clip(np.asarray(restored, float), 0, 1)
    )
