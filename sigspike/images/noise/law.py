"""What a law of label noise must say of itself, and what all of them check and write down."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Int

from sigspike.foundation.check import Range
from sigspike.foundation.description import describe
from sigspike.foundation.fields import Checked
from sigspike.images.labels import as_labels
from sigspike.images.noise.noisy_labels import NoisyLabels, digest

Labels = Int[np.ndarray, " image"]
RATE = Range(low=0, high=1)


class Law(Checked):
    """Flips labels once, before training; the flips have a seed of their own.

    ``law(labels, n_classes, seed, images)`` gives `NoisyLabels`; the images matter to some laws
    only. It is drawn on the host by NumPy, so that it depends on no precision and no device.
    ``drawn`` is false where nothing is, and no seed is written down; ``knows`` is false where the
    labels given are not said to be true, and ``tells_truth`` is true where a file says which are.
    """

    drawn: ClassVar[bool] = True
    knows: ClassVar[bool] = True

    def __call__(self, labels: Any, n_classes: int, seed: int, images: Any = None) -> NoisyLabels:
        Range(low=2, whole=True, plain=True).check("n_classes", n_classes)
        Range(low=0, whole=True, plain=True).check("seed", seed)
        truth = as_labels("labels", labels, n_classes)
        noisy = self.draw(np.random.default_rng(seed), truth, n_classes, images)
        rate = getattr(self, "rate", None)
        law = {
            name: str(value) if isinstance(value, Path) else value
            for name, value in describe(self).items()
        }
        known, drawn_with = truth if self.knows else None, seed if self.drawn else None
        shown = None if images is None else digest(images)
        return NoisyLabels(noisy, known, n_classes, law, rate, drawn_with, shown)

    @property
    def tells_truth(self) -> bool:
        """Whether the truth comes with the noise, whatever the data set knows."""
        return False

    @abstractmethod
    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        """Noisy labels in place of true ones."""


def chosen(
    generator: np.random.Generator, labels: Labels, rate: float, exact: bool, per_class: bool
) -> Bool[np.ndarray, " image"]:
    """Which images a law draws a label for.

    ``exact``: ⌊ε n⌋ at random places, ``per_class``: ⌊ε n_c⌋ of every class c. Otherwise each with
    probability ε.
    """
    if not exact:
        return generator.random(len(labels)) < rate
    inside = np.zeros(len(labels), bool)
    everywhere = np.arange(len(labels))
    of_classes = [np.flatnonzero(labels == number) for number in np.unique(labels)]
    for places in of_classes if per_class else [everywhere]:
        inside[generator.permutation(places)[: whole_part(rate, len(places))]] = True
    return inside


def whole_part(rate: float, size: int) -> int:
    """⌊ε n⌋ of the decimal that was written: .29 of 100 is 29, although 0.29 · 100 = 28.999…"""
    return int(round(rate * size, 6))
