"""Noise that depends on the image: how often a label flips, and to which class."""

from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import softmax

from sigspike.foundation.check import POSITIVE, Refusal
from sigspike.foundation.fields import choice, constant
from sigspike.images.labels import check_lengths
from sigspike.images.noise.law import RATE, Labels, Law

CHUNK = 4096  # images at a time


class InstanceDependent(Law):
    """The part-dependent noise of Xia et al. (NeurIPS 2020, algorithm 2).

    q_i ~ N(ε, ``rate_std``²) truncated to [0, 1]; W_y with independent N(0, 1) entries (pixel,
    class) for each true class y; image i keeps its label with probability 1 − q_i and becomes j ≠ y
    with q_i softmax_j(x_i W_y), the softmax being over the other classes. So the count is random,
    and near ε = 0 or 1 its mean is that of the truncated law.

    ``projection`` "shared": one W for all classes (the code of CORES, which FINE uses).
    ``pixel_scale`` divides the pixels 0 … 255: 1 in the authors' code, where the softmax is all but
    an argmax; 255 where images were tensors 0 … 1 before.
    """

    rate: float = constant(RATE, "mean flip probability ε")
    rate_std: float = constant(POSITIVE, "standard deviation of the flip probability", default=0.1)
    projection: str = choice("class", "shared", default="class")
    pixel_scale: float = constant(POSITIVE, "divisor of the pixels", default=1.0)

    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        from scipy.stats import truncnorm  # a second to load

        if images is None:
            raise Refusal("`images` must be given for noise that depends on them, got None")
        check_lengths("labels", len(labels), len(images))
        low, high = -self.rate / self.rate_std, (1 - self.rate) / self.rate_std
        rates = truncnorm(low, high, loc=self.rate, scale=self.rate_std).rvs(
            len(labels), random_state=generator
        )
        target = generator.random(len(labels))
        shared = self.projection == "shared"
        n_pixels = int(np.prod(images.shape[1:]))
        noisy = labels.copy()
        for number in range(n_classes):
            if number == 0 or not shared:
                projection = generator.standard_normal((n_pixels, n_classes))
            places = np.flatnonzero(labels == number)
            for part in np.split(places, range(CHUNK, len(places), CHUNK)):
                pixels = images[part].reshape(len(part), n_pixels) / self.pixel_scale
                law = _law(pixels @ projection, number, rates[part])
                noisy[part] = (law.cumsum(1) < target[part, None]).sum(1).clip(max=n_classes - 1)
        return noisy


def _law(
    scores: Float[np.ndarray, "image class"], true: int, rates: Float[np.ndarray, " image"]
) -> Float[np.ndarray, "image class"]:
    """P(ỹ = j) of images of one class: 1 − q_i for the true one, q_i softmax of the scores over the
    others.
    """
    scores[:, true] = -np.inf
    law = rates[:, None] * softmax(scores, axis=1)
    law[:, true] = 1 - rates
    return law
