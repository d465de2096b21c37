"""Labels as they are: nothing is drawn, and nobody says which of them are wrong."""

from typing import Any, ClassVar

import numpy as np

from sigspike.images.noise.law import Labels, Law


class AsGiven(Law):
    """The labels of the data set, of unknown truth."""

    drawn: ClassVar[bool] = False
    knows: ClassVar[bool] = False

    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        return labels
