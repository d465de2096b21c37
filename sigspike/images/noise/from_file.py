"""Noisy labels that somebody drew before: ours, DivideMix's, or a plain array."""

import zipfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sigspike.files.arrays import read_npy, read_npz
from sigspike.foundation.check import Refusal
from sigspike.images.labels import as_labels, check_lengths
from sigspike.images.noise.law import Labels, Law
from sigspike.images.noise.noisy_labels import NoisyLabels, digest
from sigspike.images.place import place


class FromFile(Law):
    """Labels from a file: .npz as `NoisyLabels.save` writes it or with ``labels`` alone (and
    ``truth``, if known), .npy with whole numbers, else a JSON list of them (the noise files of
    DivideMix).

    They must be one for each training label; where the file knows the truth, it must be those
    labels, and where it knows the images (by sha256), these. Nothing is drawn: the seed does not
    matter.
    """

    drawn: ClassVar[bool] = False

    path: Path = place("the file with the labels")

    @property
    def tells_truth(self) -> bool:
        return self._saved(None)[1] is not None

    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        found, known, shown = self._saved(n_classes)
        noisy = as_labels("path", _whole(found), n_classes)
        check_lengths("path", len(noisy), len(labels))
        if shown is not None and images is not None and shown != digest(images):
            raise Refusal(
                f"`path` must be labels of these images, got {str(self.path)!r}, which was saved "
                "for another data set (its sha256 of the images differs)"
            )
        if known is not None and (known != labels).any():
            place = np.flatnonzero(known != labels)[0]
            raise Refusal(
                f"`labels` must be those that {self.path} was drawn for, "
                f"got others first at place {place}"
            )
        return noisy

    def _saved(self, n_classes: int | None) -> tuple[Any, Any, str | None]:
        """Labels, truth and the images' sha256; None for what the file does not say."""
        if self.path.suffix == ".npz" and not self._is_plain():
            saved = NoisyLabels.load(self.path)
            return saved.labels, saved.truth, saved.images
        if self.path.suffix not in (".npy", ".npz"):
            most = np.iinfo(np.int64).max if n_classes is None else n_classes
            return NoisyLabels.from_dividemix(self.path, None, most).labels, None, None
        try:
            if self.path.suffix == ".npy":
                return read_npy(self.path), None, None
            content = read_npz(self.path)
            return content["labels"], content.get("truth"), None
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise Refusal(
                f"`path` must be an array of labels, got {str(self.path)!r} ({error})"
            ) from error

    def _is_plain(self) -> bool:
        """Whether somebody else wrote the .npz, with the labels alone."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return "about.npy" not in archive.namelist()
        except (OSError, zipfile.BadZipFile):
            return False  # its reader says what is wrong


def _whole(labels: Any) -> Any:
    """Whole numbers, also where they are written as floats."""
    found = np.asarray(labels)
    is_whole = found.dtype.kind == "f" and bool((found == np.rint(found)).all())
    return found.astype(np.int64) if is_whole else found
