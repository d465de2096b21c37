"""Handwritten digits that come with scikit-learn: 1437 + 360 images of 8 × 8, no file needed."""

from typing import ClassVar

import numpy as np

from sigspike.files import digits
from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import choice, count
from sigspike.images.data.dataset import Dataset
from sigspike.images.data.grey import framed
from sigspike.images.data.source import Source

SIDE, GREYS, TESTED = 8, 16, 36


class Digits(Source):
    """UCI's optical digits, every pixel a square of ``size`` / 8 pixels, its grey 0 … 16 as 0 …
    255.

    Repeated pixels add no information that the 64 greys do not have, and no blur. The last 36
    images of each class are for testing: the file goes from writer to writer, so most of them are
    by hands that were not trained on.
    """

    name: ClassVar[str] = "digits"

    size: int = count("pixels of a side, a multiple of 8", default=32, low=SIDE)
    channels: int = choice(1, 3, default=3)

    def load(self) -> Dataset:
        if self.size % SIDE:
            raise Refusal(f"`size` must be a multiple of {SIDE}, got {self.size}")
        small, labels = digits.read_small()
        greys = np.rint(small * (255 / GREYS)).astype(np.uint8)
        scale = self.size // SIDE
        images = framed(greys.repeat(scale, axis=1).repeat(scale, axis=2), self.size, self.channels)
        tested = np.zeros(len(labels), bool)
        for number in range(10):
            tested[np.flatnonzero(labels == number)[-TESTED:]] = True
        labels = labels.astype(np.int64)
        parts = (images[~tested], labels[~tested], images[tested], labels[tested])
        return Dataset(self.name, *parts, tuple("0123456789"))
