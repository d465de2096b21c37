"""A folder of images, one sub-folder for each class."""

import warnings
from pathlib import Path
from typing import ClassVar

import numpy as np

from sigspike.foundation.check import Range, Refusal
from sigspike.foundation.fields import choice, constant, count
from sigspike.images.data.dataset import Dataset
from sigspike.images.data.source import Source
from sigspike.images.data.subset import share_of_each
from sigspike.images.place import place

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".pgm", ".webp", ".tif", ".tiff"}
# pillow's modes of 8 bits a channel
BYTES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"}


class ImageFolder(Source):
    """DATA_DIR/CLASS/*.png (or jpg, …), or the same below DATA_DIR/train and DATA_DIR/test (or
    val).

    Classes are numbered in the order of their names, images in the order of theirs. Without a
    folder for testing, a share ``test_share`` of each class, drawn with ``seed``, is for testing.
    ``size`` 0 takes the images as they are, all of one size; otherwise each is cut to a square in
    its middle and resized (bilinear) to that side. ``channels`` 3 reads grey images as colour, 1
    colour images as grey.
    """

    name: ClassVar[str] = "folder"

    data_dir: Path = place("the folder with a sub-folder of images for each class")
    size: int = count("pixels of a side (0: as the images are)", default=0, low=0)
    channels: int = choice(1, 3, default=3)
    test_share: float = constant(
        Range(low=0, high=1, open_low=True, open_high=True), "share for testing", default=0.2
    )
    seed: int = count("seed of what is tested", default=0, low=0)

    def load(self) -> Dataset:
        if not self.data_dir.is_dir():
            raise Refusal(f"`data_dir` must be a folder with images, got {str(self.data_dir)!r}")
        train_dir = self.data_dir / "train"
        test_dir = next(
            (folder for name in ("test", "val") if (folder := self.data_dir / name).is_dir()), None
        )
        if test_dir is None or not train_dir.is_dir():
            files, labels, classes = self._files(self.data_dir)
            images, (test, train) = (
                self._images(files),
                share_of_each(labels, self.test_share, self.seed),
            )
            parts = (images[train], labels[train], images[test], labels[test])
        else:
            files, labels, classes = self._files(train_dir)
            test_files, test_labels, test_classes = self._files(test_dir)
            if test_classes != classes:
                odd = sorted(set(test_classes) ^ set(classes))[0]
                raise Refusal(
                    f"`data_dir` must have the same classes in train and {test_dir.name}, "
                    f"got {odd!r} in one"
                )
            images = self._images(files + test_files)
            parts = (images[: len(files)], labels, images[len(files) :], test_labels)
        return Dataset(self.name, *parts, classes)

    def _files(self, folder: Path) -> tuple[list[Path], np.ndarray, tuple[str, ...]]:
        """The image files of all classes, their labels and the names of the classes."""
        found = sorted(
            path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
        )
        if len(found) < 2:
            raise Refusal(
                "`data_dir` must hold a folder for each of two or more classes, "
                f"got {len(found)} in {folder}"
            )
        inside = [
            sorted(path for path in below.iterdir() if path.suffix.lower() in SUFFIXES)
            for below in found
        ]
        for below, files in zip(found, inside, strict=True):
            if not files:
                raise Refusal(
                    f"`data_dir` must hold images of every class, got no sample in {below}; "
                    "remove the folder"
                )
        labels = np.repeat(np.arange(len(found)), [len(files) for files in inside])
        return (
            [file for files in inside for file in files],
            labels,
            tuple(path.name for path in found),
        )

    def _images(self, files: list[Path]) -> np.ndarray:
        first = _read(files[0], self.size, self.channels)
        images = np.empty((len(files), *first.shape), np.uint8)
        for number, file in enumerate(files):
            image = _read(file, self.size, self.channels)
            if image.shape != first.shape:
                (rows, columns), (others, across) = first.shape[:2], image.shape[:2]
                raise Refusal(
                    f"`data_dir` must hold images of one size, got {columns} × {rows} in "
                    f"{files[0]} and {across} × {others} in {file}; size=32 (say) resizes them"
                )
            images[number] = image
        return images


def _read(file: Path, size: int, channels: int) -> np.ndarray:
    from PIL import Image, ImageOps

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with warnings.catch_warnings(action="error", category=bombs[1]), Image.open(file) as image:
            mode, plain = image.mode, image.convert("RGB" if channels == 3 else "L")
    except (OSError, SyntaxError, ValueError, *bombs) as error:
        raise Refusal(
            f"`data_dir` file {file} is no readable image ({error}); remove it"
        ) from error
    if mode not in BYTES:
        raise Refusal(
            f"`data_dir` must hold images of 8 bits a channel, got mode {mode} in {file}; "
            "convert it first"
        )
    if size:
        plain = ImageOps.fit(plain, (size, size), Image.Resampling.BILINEAR)
    return np.asarray(plain, np.uint8).reshape(plain.height, plain.width, channels)
