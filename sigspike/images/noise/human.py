"""The labels people gave: CIFAR-10N and CIFAR-100N."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sigspike.files import pickles
from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import choice
from sigspike.images.labels import as_labels, check_lengths
from sigspike.images.noise.law import Labels, Law
from sigspike.images.place import place

# The official file of each kind, and its key there (for CIFAR-100N: in the .pt and in the .npy
# file).
KINDS = {
    "aggre": ("CIFAR-10_human", ("aggre_label",)),
    "rand1": ("CIFAR-10_human", ("random_label1",)),
    "rand2": ("CIFAR-10_human", ("random_label2",)),
    "rand3": ("CIFAR-10_human", ("random_label3",)),
    "worst": ("CIFAR-10_human", ("worse_label",)),
    "noisy100": ("CIFAR-100_human", ("noisy_label", "noise_label")),
}
FOLDERS = ("", "cifar10n", "cifar100n", "data")


class Human(Law):
    """Labels of Wei et al. (ICLR 2022), one of three people's or what the three make together.

    ``kind``: "aggre" the majority of three (wrong: 9.01 %), "rand1" … "rand3" one person's (17 to
    18 %), "worst" a wrong one where there is any (40.21 %), "noisy100" for CIFAR-100. ``path`` is
    the official file CIFAR-10_human.pt (or .npy), or the folder with it. The file has the true
    labels too, and those must be the training labels in their official order. Nothing is drawn: the
    seed does not matter.
    """

    drawn: ClassVar[bool] = False

    kind: str = choice(*KINDS)
    path: Path = place("the official file, or its folder")

    @property
    def tells_truth(self) -> bool:
        return True

    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        path = self._file()
        content = _content(path)
        keys = KINDS[self.kind][1]
        arrays = [
            next((content[key] for key in names if key in content), None)
            for names in (("clean_label",), keys)
        ]
        if any(array is None for array in arrays):
            raise Refusal(
                f"`path` file {path} should hold clean_label and {keys[0]}, "
                f"got {', '.join(content)}"
            )
        clean, noisy = (as_labels("path", array, n_classes) for array in arrays)
        check_lengths("labels", len(labels), len(clean))
        wrong = np.flatnonzero(clean != labels)
        if wrong.size:
            raise Refusal(
                f"`labels` must be the training labels in the order of {path.name}, got "
                f"{wrong.size} others, the first at place {wrong[0]}"
            )
        return noisy

    def _file(self) -> Path:
        stem = KINDS[self.kind][0]
        names = [
            Path(folder) / f"{stem}{suffix}" for folder in FOLDERS for suffix in (".pt", ".npy")
        ]
        files = [self.path, *(self.path / name for name in names)]
        found = next((file for file in files if file.is_file()), None)
        if found is None:
            raise Refusal(
                f"`path` must be the file {stem}.pt or the folder with it, got {str(self.path)!r}"
            )
        return found


def _content(path: Path) -> dict[str, Any]:
    try:
        content = pickles.read(path.read_bytes())
        return {
            key.decode() if isinstance(key, bytes) else str(key): value
            for key, value in content.items()
        }
    except Exception as error:  # a broken pickle can fail in any way
        raise Refusal(
            f"`path` file {path} is no file of CIFAR-N ({error}); fetch it again"
        ) from error
