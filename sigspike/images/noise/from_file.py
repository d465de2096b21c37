"""Noisy labels that somebody drew before: ours, DivideMix's, or a plain array."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sigspike.foundation.check import Refusal
from sigspike.images.labels import as_labels, check_lengths
from sigspike.images.noise.law import Labels, Law
from sigspike.images.noise.noisy_labels import NoisyLabels
from sigspike.images.place import place


class FromFile(Law):
    """Labels from a file: .npz as `NoisyLabels.save` writes it, .npy with whole numbers, else a
    JSON list of them (the noise files of DivideMix).

    They must be one for each training label; where the file knows the truth, it must be those
    labels. Nothing is drawn: the seed does not matter.
    """

    drawn: ClassVar[bool] = False

    path: Path = place("the file with the labels")

    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        if self.path.suffix == ".npz":
            saved = NoisyLabels.load(self.path)
            noisy = as_labels("path", saved.labels, n_classes)
            known = saved.truth
        else:
            noisy, known = self._plain(n_classes), None
        check_lengths("path", len(noisy), len(labels))
        if known is not None and (known != labels).any():
            place = np.flatnonzero(known != labels)[0]
            raise Refusal(
                f"`labels` must be those that {self.path} was drawn for, "
                f"got others first at place {place}"
            )
        return noisy

    def _plain(self, n_classes: int) -> Labels:
        if self.path.suffix != ".npy":
            return NoisyLabels.from_dividemix(self.path, None, n_classes).labels
        try:
            found = np.load(self.path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise Refusal(
                f"`path` must be an array of labels, got {str(self.path)!r} ({error})"
            ) from error
        return as_labels("path", found, n_classes)
