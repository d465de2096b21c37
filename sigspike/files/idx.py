"""The idx format of the MNIST files, gzip-compressed or not."""

import gzip
import math
import struct
from pathlib import Path

import numpy as np

from sigspike.foundation.check import Refusal

LARGEST = 1 << 28  # bytes; MNIST's largest file has 47 million
DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read(folder: str | Path, name: str) -> np.ndarray:
    """The array in ``folder/name`` or ``folder/name.gz``.

    Format: two zero bytes, a type byte, the number of dimensions, one big-endian uint32 for each
    dimension, the data in C order.
    """
    paths = [Path(folder) / name, Path(folder) / f"{name}.gz"]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise Refusal(
            f"`data_dir` holds no file {name} or {name}.gz, got {str(folder)!r}; "
            "name the folder with the four official MNIST files"
        )
    try:
        raw = _inflated(path) if path.suffix == ".gz" else path.read_bytes()
        return decode(raw, str(path))
    except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise Refusal(f"`data_dir` file {path} cannot be read ({error}); fetch it again") from error


def _inflated(path: Path) -> bytes:
    """What a compressed file holds, unless that is more than any file of this kind has."""
    with gzip.open(path) as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise OSError(f"it inflates to more than {LARGEST} bytes")
    return raw


def decode(raw: bytes, name: str) -> np.ndarray:
    """The array in the bytes of an idx file called ``name``."""
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in DTYPES:
        begins = raw[:4].hex() or "nothing"
        raise Refusal(
            f"`data_dir` file {name} is no idx file: it begins with {begins}, "
            "not 0000, a type and a rank"
        )
    header = 4 + 4 * raw[3]
    if len(raw) < header:
        raise Refusal(
            f"`data_dir` file {name} is truncated in its header at {len(raw)} bytes; fetch it again"
        )
    shape = struct.unpack(f">{raw[3]}I", raw[4:header])
    dtype = np.dtype(DTYPES[raw[2]])
    expected = header + math.prod(shape) * dtype.itemsize
    if len(raw) != expected:
        raise Refusal(
            f"`data_dir` file {name} should hold {expected} bytes for shape {shape}, "
            f"got {len(raw)}; fetch it again"
        )
    return np.frombuffer(raw, dtype, offset=header).reshape(shape)
