"""Symmetric noise: a label becomes any class, or any other class, with equal probability."""

from typing import Any

import numpy as np

from sigspike.foundation.fields import constant, switch
from sigspike.images.noise.law import RATE, Labels, Law, chosen


class Symmetric(Law):
    """A share ε of the labels is drawn anew, uniformly.

    ``include_self`` False: over the C−1 other classes, so that a share ε is wrong (Co-teaching; Tai
    et al. 2023, arXiv 2307.04312). True: over all C, so that ε (C−1)/C are wrong, 72 % of CIFAR-10
    at "80 %" (DivideMix, ELR, Meta-Weight-Net, FINE, Joint Optimization). ``exact`` and
    ``per_class`` say how many: see `chosen`.
    """

    rate: float = constant(RATE, "share ε of labels drawn anew")
    include_self: bool = switch(default=False)
    exact: bool = switch(default=True)
    per_class: bool = switch(default=False)

    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        anew = chosen(generator, labels, self.rate, self.exact, self.per_class)
        if self.include_self:
            return np.where(anew, generator.integers(0, n_classes, len(labels)), labels)
        return np.where(
            anew, (labels + generator.integers(1, n_classes, len(labels))) % n_classes, labels
        )
