"""The idx format of the MNIST files, plain and compressed."""

import gzip
import struct

import numpy as np
import pytest

import sigspike as ss
from sigspike.files import idx


def encode(array):
    """The bytes of an idx file, from its specification."""
    code = {dtype.lstrip(">"): code for code, dtype in idx.DTYPES.items()}[array.dtype.str[1:]]
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write(folder, name, array, compressed=False):
    raw = encode(array)
    path = folder / (f"{name}.gz" if compressed else name)
    path.write_bytes(gzip.compress(raw) if compressed else raw)


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "i4", "f4", "f8"])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_arrays_are_read_as_written(tmp_path, dtype, compressed):
    array = np.arange(-12, 12).astype(dtype).reshape(2, 3, 4)
    write(tmp_path, "numbers", array, compressed)
    found = idx.read(tmp_path, "numbers")
    assert found.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_two_digits_become_two_classes(tmp_path, compressed):
    for part, n in (("train", 12), ("t10k", 6)):
        pixels = np.arange(n * 16, dtype=np.uint8).reshape(n, 4, 4)
        write(tmp_path, f"{part}-images-idx3-ubyte", pixels, compressed)
        write(tmp_path, f"{part}-labels-idx1-ubyte", np.arange(n, dtype=np.uint8) % 3, compressed)
    problem = ss.ImagePatches.mnist(tmp_path, classes=(2, 0), noise_std=1.0, normalization=80.0)
    assert list(problem.labels) == [1, -1, 1, -1, 1, -1, 1, -1]
    assert list(problem.images[:3, 0, 0]) == [0, 32, 48]
    assert problem.test_images.shape == (4, 4, 4)
