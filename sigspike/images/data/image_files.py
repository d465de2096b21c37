"""Image files of any folder, read as bytes; what cannot be read is named, all in one message."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from sigspike.foundation.check import Refusal

# torchvision's, and four more that pillow reads
SUFFIXES = {
    *(".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"),
    *(".jfif", ".jpe", ".gif", ".pbm"),
}
# pillow's modes of 8 bits a channel
BYTES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"}
GREY = {"1", "L", "LA"}
SHOWN = 20  # bad files that a message names


class Found(NamedTuple):
    """Image files in torchvision's order, and the files that are none."""

    images: list[Path]
    others: list[Path]


class Read(NamedTuple):
    """The images of ``kept`` files, and the ``skipped`` with the reason of each."""

    images: UInt8[np.ndarray, "image row column channel"]
    kept: list[Path]
    skipped: list[str]


def files_below(folder: Path) -> Found:
    """All files of a folder and of the folders inside it, links followed, sorted as torchvision's
    ``make_dataset`` sorts them: by folder, then by name. A folder that links back to one above it
    is not entered again.
    """
    images, others, walk = [], [], []
    for root, inside, names in os.walk(folder, followlinks=True):
        here = Path(root).resolve()
        above = {here, *here.parents}
        inside[:] = [name for name in inside if (here / name).resolve() not in above]
        walk.append((root, sorted(names)))
    for root, names in sorted(walk):
        for name in names:
            (images if Path(name).suffix.lower() in SUFFIXES else others).append(Path(root) / name)
    return Found(images, others)


def read_images(
    name: str, files: Sequence[Path], size: int, channels: int, skip_bad: bool = False
) -> Read:
    """The files as bytes of one shape: ``size`` 0 as they are, else cut to a square in the middle
    and resized (bilinear); ``channels`` 0 for 1 where all are grey, else 3. Bad files are refused
    together, or left out where ``skip_bad``. ``name`` is the argument that named them.
    """
    arrays, kept, bad = [], [], []
    for file in files:
        try:
            arrays.append(_read(file, size, channels))
            kept.append(file)
        except _Bad as why:
            bad.append(str(why))
    if bad and (not skip_bad or not arrays):
        more = f"; and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        raise Refusal(
            f"`{name}` must hold readable images of 8 bits a channel, got {len(bad)} of "
            f"{len(files)} files that are not: {'; '.join(bad[:SHOWN])}{more}; "
            "repair or remove them, or leave them out (--skip-bad)"
        )
    n_channels = channels or (1 if all(array.shape[-1] == 1 for array in arrays) else 3)
    for array, file in zip(arrays, kept, strict=True):
        if array.shape[:2] != arrays[0].shape[:2]:
            (rows, columns), (others, across) = arrays[0].shape[:2], array.shape[:2]
            raise Refusal(
                f"`{name}` must hold images of one size, got {columns} × {rows} in "
                f"{kept[0]} and {across} × {others} in {file}; size=32 (say) resizes them"
            )
    images = np.empty((len(arrays), *arrays[0].shape[:2], n_channels), np.uint8)
    for number, array in enumerate(arrays):
        images[number] = array  # a grey image becomes three equal channels
    return Read(images, kept, bad)


class _Bad(Exception):
    """A file that is no image for us, and why."""


def _read(file: Path, size: int, channels: int) -> np.ndarray:
    from PIL import Image, ImageOps

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with warnings.catch_warnings(action="error", category=bombs[1]), Image.open(file) as image:
            grey = channels == 1 or (channels == 0 and image.mode in GREY)
            mode, plain = image.mode, image.convert("L" if grey else "RGB")
    except (OSError, SyntaxError, ValueError, *bombs) as error:
        raise _Bad(f"{file} is no readable image ({' '.join(str(error).split())})") from error
    if mode not in BYTES:
        raise _Bad(f"got mode {mode} in {file}")
    if size:
        plain = ImageOps.fit(plain, (size, size), Image.Resampling.BILINEAR)
    return np.asarray(plain, np.uint8).reshape(plain.height, plain.width, 1 if grey else 3)
