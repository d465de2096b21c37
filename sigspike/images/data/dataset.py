"""Training and test images with their labels, and what is known of those."""

from typing import Any

import equinox as eqx
import numpy as np
from jaxtyping import Int, UInt8

from sigspike.foundation.check import Refusal
from sigspike.images.data.normalization import Normalization, normalization_of
from sigspike.images.data.subset import Split, split
from sigspike.images.labels import as_labels, check_lengths


def _as_int64(value: Any) -> Any:
    """Whole numbers as int64; the check refuses others."""
    found = np.asarray(value)
    return found.astype(np.int64) if found.dtype.kind in "iu" else found


class Dataset(eqx.Module):
    """Images as bytes, channels last, and labels 0 … C−1, of which ``classes`` are the names.

    ``images`` (image, row, column, channel) and ``labels`` are for training, ``test_images`` and
    ``test_labels`` for testing; every class has a training image. The order is the official one, on
    which files of label noise rely. ``clean_images`` and ``clean_labels`` are further images with
    true labels, where somebody has such. ``true_labels`` and ``true_test_labels`` say whether the
    others may be taken as the truth. ``files`` are the training images' files, ``reading`` the size
    and the channels that they were brought to (0: as they were), and ``remarks`` what reports must
    say.
    """

    name: str = eqx.field(static=True)
    images: UInt8[np.ndarray, "image row column channel"]
    labels: Int[np.ndarray, " image"] = eqx.field(converter=_as_int64)
    test_images: UInt8[np.ndarray, "test row column channel"]
    test_labels: Int[np.ndarray, " test"] = eqx.field(converter=_as_int64)
    classes: tuple[str, ...] = eqx.field(static=True)
    clean_images: UInt8[np.ndarray, "clean row column channel"] | None = None
    clean_labels: Int[np.ndarray, " clean"] | None = None
    true_labels: bool = eqx.field(static=True, default=True)
    true_test_labels: bool = eqx.field(static=True, default=True)
    files: tuple[str, ...] = eqx.field(static=True, default=())
    reading: tuple[int, int] = eqx.field(static=True, default=(0, 0))
    remarks: tuple[str, ...] = eqx.field(static=True, default=())

    def __check_init__(self) -> None:
        for kind in ("", "test_") + (("clean_",) if self.clean_images is not None else ()):
            images, labels = getattr(self, f"{kind}images"), getattr(self, f"{kind}labels")
            _check_images(f"{kind}images", images)
            check_lengths(
                f"{kind}labels",
                len(as_labels(f"{kind}labels", labels, self.n_classes)),
                len(images),
            )
            if self.images.shape[1:] != images.shape[1:]:
                shapes = f"{self.images.shape[1:]}, got {images.shape[1:]}"
                raise Refusal(
                    f"`{kind}images` must have the shape of the training images, {shapes}"
                )
        if self.files:
            check_lengths("files", len(self.files), len(self.images))
        empty = np.flatnonzero(np.bincount(self.labels, minlength=self.n_classes) == 0)
        if empty.size:
            raise Refusal(
                "`labels` must hold every class at least once, "
                f"got no sample of {self.classes[empty[0]]!r} "
                f"(class {empty[0]}; {empty.size} such); leave the class out or give it images"
            )

    @property
    def n_classes(self) -> int:
        """C."""
        return len(self.classes)

    def split(self, size: int | float, seed: int, balanced: bool = True) -> Split:
        """The ids of a clean subset of the training images, and of the rest (see `split`)."""
        return split(self.labels, size, seed, balanced)

    def normalization(self) -> Normalization:
        """Mean and standard deviation of each channel over the training images (`PUBLISHED` has
        others').
        """
        return normalization_of(self.images)


def _check_images(name: str, images: Any) -> None:
    if not isinstance(images, np.ndarray) or images.ndim != 4 or images.dtype != np.uint8:
        found = (
            f"{images.dtype} of shape {images.shape}"
            if isinstance(images, np.ndarray)
            else repr(images)[:40]
        )
        raise Refusal(f"`{name}` must be bytes (image, row, column, channel), got {found}")
    if images.shape[-1] not in (1, 3) or not all(images.shape[1:]):
        raise Refusal(f"`{name}` must have pixels and 1 or 3 channels, got shape {images.shape}")
