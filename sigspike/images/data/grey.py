"""Grey images of idx files, framed to the size and the channels a network wants."""

from pathlib import Path

import equinox as eqx
import numpy as np
from jaxtyping import UInt8

from sigspike.files import idx
from sigspike.files.folders import find
from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import choice, count
from sigspike.images.data.dataset import Dataset
from sigspike.images.data.source import Source
from sigspike.images.place import place

OFFICIAL = 60_000  # training images of MNIST and of Fashion-MNIST


class GreyImages(Source):
    """Four files in the idx format of MNIST, 28 × 28 pixels, compressed or not.

    A black frame brings the images to ``size`` pixels; ``channels`` 3 repeats the grey.
    Fashion-MNIST's files are called like MNIST's: their class counts (6 000 each, MNIST's differ)
    tell which is which.
    """

    title: eqx.AbstractClassVar[str]
    other: eqx.AbstractClassVar[str]  # whose files have the same names
    equal_classes: eqx.AbstractClassVar[bool]
    classes: eqx.AbstractClassVar[tuple[str, ...]]

    data_dir: Path = place("the folder with the four idx files")
    size: int = count("pixels of a side", default=32)
    channels: int = choice(1, 3, default=3)

    def load(self) -> Dataset:
        folder = find(self.data_dir, self.title) or self.data_dir
        arrays = []
        for part in ("train", "t10k"):
            images = idx.read(folder, f"{part}-images-idx3-ubyte")
            labels = idx.read(folder, f"{part}-labels-idx1-ubyte")
            if images.ndim != 3 or images.dtype != np.uint8 or labels.shape != images.shape[:1]:
                shapes = f"images {images.dtype} {images.shape}, labels {labels.shape}"
                raise Refusal(f"`data_dir` files of {part} disagree: {shapes}; fetch them again")
            arrays += [framed(images, self.size, self.channels), labels.astype(np.int64)]
        counts = np.bincount(arrays[1], minlength=10)
        if counts.sum() == OFFICIAL and bool(np.ptp(counts) == 0) != self.equal_classes:
            raise Refusal(
                f"`data_dir` must hold {self.title}, got {self.other}'s files in {str(folder)!r}"
            )
        images, labels, test_images, test_labels = arrays
        return Dataset(self.name, images, labels, test_images, test_labels, self.classes)


def framed(
    images: UInt8[np.ndarray, "image row column"], size: int, channels: int
) -> UInt8[np.ndarray, "image {size} {size} {channels}"]:
    """Images in the middle of a black square of ``size`` pixels, their grey in every channel."""
    rows, columns = images.shape[1:]
    if size < max(rows, columns):
        raise Refusal(
            f"`size` must be at least {max(rows, columns)}, the side of the images, got {size}"
        )
    pad = [((size - side) // 2, size - side - (size - side) // 2) for side in (rows, columns)]
    return np.pad(images, ((0, 0), *pad))[..., None].repeat(channels, axis=-1)
