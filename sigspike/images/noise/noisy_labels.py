"""Labels with noise, and what comparing two papers needs: mask, rate, seed and hash."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from sigspike.files.arrays import read_npz
from sigspike.files.whole import whole
from sigspike.foundation.check import Refusal
from sigspike.images.labels import as_labels, check_lengths

Labels = Int[np.ndarray, " image"]


@dataclass(frozen=True, eq=False)
class NoisyLabels:
    """Noisy ``labels`` 0 … C−1 of training images in their official order, and their ``truth``
    (None: unknown).

    ``law`` describes where they come from, ``rate`` is the rate that was asked for and ``seed``
    what it was drawn with (None: neither was). The realised rate is another number: labels drawn
    uniformly over all classes are right by chance. ``images`` is the sha256 of the images they
    belong to (None: not known).
    """

    labels: Labels
    truth: Labels | None
    n_classes: int
    law: dict[str, Any] = field(default_factory=dict)
    rate: float | None = None
    seed: int | None = None
    images: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", as_labels("labels", self.labels, self.n_classes))
        if self.truth is not None:
            object.__setattr__(self, "truth", as_labels("truth", self.truth, self.n_classes))
            check_lengths("truth", len(self.truth), len(self.labels))

    @property
    def flipped(self) -> Bool[np.ndarray, " image"] | None:
        """Which labels are wrong: ỹ ≠ y."""
        return None if self.truth is None else self.labels != self.truth

    @property
    def realised_rate(self) -> float | None:
        """The share of wrong labels."""
        return None if self.flipped is None else float(self.flipped.mean())

    @property
    def transitions(self) -> Int[np.ndarray, "true noisy"] | None:
        """Counts of images with true class i and label j."""
        if self.truth is None:
            return None
        pairs = np.bincount(self.truth * self.n_classes + self.labels, minlength=self.n_classes**2)
        return pairs.reshape(self.n_classes, self.n_classes)

    @property
    def hash(self) -> str:
        """sha256 of the labels and then the truth (if known), each as little-endian int64: the same
        everywhere.
        """
        parts = (self.labels,) if self.truth is None else (self.labels, self.truth)
        return hashlib.sha256(b"".join(part.astype("<i8").tobytes() for part in parts)).hexdigest()

    def describe(self) -> dict[str, Any]:
        """All but the labels themselves, as plain numbers and strings: what stands beside every
        run.
        """
        return {
            "law": self.law,
            "rate": self.rate,
            "realised_rate": self.realised_rate,
            "seed": self.seed,
            "n_images": len(self.labels),
            "n_classes": self.n_classes,
            "images": self.images,
            "sha256": self.hash,
        }

    def of(
        self,
        ids: Int[np.ndarray, " part"],
        images: Any,
        number: Int[np.ndarray, " class"] | None = None,
        n_classes: int | None = None,
    ) -> "NoisyLabels":
        """Those of the images ``ids``, which are ``images``, class c being called ``number``[c] of
        ``n_classes``.
        """
        number = np.arange(self.n_classes) if number is None else number
        return replace(
            self,
            labels=number[self.labels[ids]],
            truth=None if self.truth is None else number[self.truth[ids]],
            n_classes=self.n_classes if n_classes is None else n_classes,
            images=digest(images),
        )

    def save(self, path: str | Path) -> Path:
        """Write an npz file with ``labels``, ``truth`` and ``flipped`` (if known) and, as JSON, the
        description.

        Any NumPy reads it, without a pickle; it appears when it is complete.
        """
        path = Path(path)
        if path.suffix != ".npz":
            raise Refusal(f"`path` must end in .npz, got {str(path)!r}")
        arrays: dict[str, Any] = {
            "labels": self.labels,
            "about": np.array(json.dumps(self.describe())),
        }
        if self.truth is not None:
            arrays |= {"truth": self.truth, "flipped": self.flipped}
        try:
            with whole(path) as aside, aside.open("wb") as stream:
                np.savez_compressed(stream, **arrays)
        except OSError as error:
            raise Refusal(f"`path` cannot be written, got {str(path)!r} ({error})") from error
        return path

    @classmethod
    def load(cls, path: str | Path) -> "NoisyLabels":
        """What `save` wrote; refused where the hash is not that of the labels."""
        try:
            arrays = read_npz(Path(path))
            about = json.loads(str(arrays["about"]))
            truth = arrays.get("truth")
            numbers = {name: about[name] for name in ("n_classes", "law", "rate", "seed")}
            found = cls(arrays["labels"], truth, **numbers, images=about.get("images"))
            if found.hash != about["sha256"]:
                raise ValueError("its labels are not those that were saved")
        except Exception as error:  # a broken file can fail in any way
            raise Refusal(
                f"`path` must be a file of noisy labels, got {str(path)!r} ({error})"
            ) from error
        return found

    @classmethod
    def from_dividemix(cls, path: str | Path, truth: Any, n_classes: int) -> "NoisyLabels":
        """The noise file of DivideMix and its descendants: one JSON list of whole numbers, in the
        official order.

        It holds no truth: give the official labels, or None where they are not known.
        """
        try:
            content = json.loads(Path(path).read_text())
        except (OSError, ValueError, RecursionError) as error:
            raise Refusal(
                f"`path` must be a JSON list of labels, got {str(path)!r} ({error})"
            ) from error
        if not isinstance(content, list) or not all(type(label) is int for label in content):
            raise Refusal(
                f"`path` must be a JSON list of whole numbers, got {str(path)!r} with other content"
            )
        law = {"type": "FromFile", "path": str(path)}
        known = None if truth is None else as_labels("truth", truth, n_classes)
        return cls(as_labels("path", content, n_classes), known, n_classes, law)


def digest(images: Any) -> str:
    """sha256 of the images' shape and bytes."""
    array = np.ascontiguousarray(images)
    return hashlib.sha256(str(array.shape).encode() + array.tobytes()).hexdigest()
