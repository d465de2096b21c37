"""Arrays from .npy and .npz files of strangers: no pickle, no more memory than the file fills."""

import io
import math
import zipfile
from pathlib import Path

import numpy as np

SMALL = 1 << 28  # bytes that a small file may inflate to, whatever its ratio


def read_npy(path: Path) -> np.ndarray:
    """The array of a .npy file; ValueError where its header declares more than the file holds."""
    data = path.read_bytes()
    return _array(io.BytesIO(data), len(data))


def read_npz(path: Path, most: int | None = None) -> dict[str, np.ndarray]:
    """All arrays of a .npz file by name; ValueError where it declares more than ``most`` bytes
    (None: 256 MB, or what is not compressed), or where an array declares more than its part holds.
    """
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        parts = archive.infolist()
        declared = sum(part.file_size for part in parts if part.compress_type != zipfile.ZIP_STORED)
        limit = SMALL if most is None else most
        if declared > limit:
            raise ValueError(f"it would inflate to {declared} bytes, more than {limit}")
        return {
            part.filename.removesuffix(".npy"): _part(archive, part)
            for part in parts
            if part.filename.endswith(".npy")
        }


def _part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(part) as stream:
        return _array(io.BytesIO(stream.read()), part.file_size)


def _array(stream: io.BytesIO, size: int) -> np.ndarray:
    version = np.lib.format.read_magic(stream)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"its arrays are of version {version}, which is not known here")
    shape, _, dtype = read(stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are code")
    if math.prod(shape) * dtype.itemsize > size:
        raise ValueError(f"it declares {dtype} of shape {shape}, and holds {size} bytes")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)
