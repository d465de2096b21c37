"""Pickles of arrays, as in CIFAR and CIFAR-N, read without running what they ask for."""

import io
import math
import pickle
import zipfile
from typing import Any

import numpy as np

ZIP, NPY = b"PK\x03\x04", b"\x93NUMPY"  # how a torch file since 1.6 and a file of np.save begin
TORCH_MAGIC = 0x1950A86A20F9469CFC6C  # the first of the five pickles in an older torch file
NUMBERS = "biuf"  # the kinds of dtypes that hold plain numbers


def loads(raw: bytes) -> Any:
    """The content of a pickle made of dictionaries, lists, bytes, strings, numbers and NumPy arrays
    of numbers.

    Nothing that a pickle names is imported: the four names an array needs stand for our own, which
    accept its shape, its dtype and its bytes and check that they fit. Raises
    `pickle.UnpicklingError` where it asks for more, and whatever a broken pickle ends in.
    """
    return _plain(_Unpickler(io.BytesIO(raw), encoding="bytes").load())


def read(raw: bytes) -> Any:
    """The content of a file of ``torch.save`` (zip, or older) or ``np.save`` that holds a pickle as
    in `loads`.
    """
    if raw.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            inside = [name for name in archive.namelist() if name.endswith("data.pkl")]
            if len(inside) != 1:
                raise pickle.UnpicklingError(f"it holds {len(inside)} files data.pkl, not one")
            return loads(archive.read(inside[0]))
    stream = io.BytesIO(raw)
    if raw.startswith(NPY):
        version = np.lib.format.read_magic(stream)
        header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        header(stream)
        return loads(raw[stream.tell() :])
    first = _Unpickler(stream, encoding="bytes").load()
    if first != TORCH_MAGIC:
        return _plain(first)
    for _ in ("protocol version", "system"):
        _Unpickler(stream, encoding="bytes").load()
    return _plain(_Unpickler(stream, encoding="bytes").load())


def _plain(content: Any) -> Any:
    """Arrays in place of what stood for them: the content itself, or the values of a dictionary."""
    if isinstance(content, _Array):
        content = content.value()
    if isinstance(content, dict):
        return {
            key: value.value() if isinstance(value, _Array) else value
            for key, value in content.items()
        }
    return content


class _Dtype:
    """Stands for ``numpy.dtype``: kind and size of one number, and the order of its bytes."""

    def __init__(self, code: Any, *_: Any) -> None:
        self.code, self.order = _text(code), "<"

    def __setstate__(self, state: Any) -> None:
        self.order = ">" if _text(state[1]) == ">" else "<"

    def dtype(self) -> np.dtype:
        if not (
            isinstance(self.code, str) and self.code[:1] in NUMBERS and self.code[1:].isdigit()
        ):
            raise pickle.UnpicklingError(f"it holds an array of {self.code!r}, not of numbers")
        return np.dtype(self.order + self.code)


class _Array:
    """Stands for ``numpy.ndarray`` and what makes an empty one: keeps the pickled state."""

    def __init__(self, *_: Any) -> None:
        self.shape, self.kind, self.fortran, self.content = (), None, False, None

    def __setstate__(self, state: Any) -> None:
        _, self.shape, self.kind, self.fortran, self.content = state

    def value(self) -> Any:
        if not isinstance(self.kind, _Dtype):
            raise pickle.UnpicklingError("it holds an array without a dtype")
        if (
            self.kind.code in ("O", "O8")
            and isinstance(self.content, list)
            and len(self.content) == 1
        ):
            return self.content[0]  # how np.save wraps an object
        dtype, raw = self.kind.dtype(), self.content
        if not isinstance(raw, bytes) or math.prod(self.shape) * dtype.itemsize != len(raw):
            size = len(raw) if isinstance(raw, bytes) else "no"
            raise pickle.UnpicklingError(f"it holds an array of shape {self.shape} in {size} bytes")
        flat = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="))
        return flat.reshape(self.shape, order="F" if self.fortran else "C")


class _Latin1:
    """Stands for ``_codecs.encode``: how protocol 2 writes bytes, as text in latin1."""

    def __new__(cls, text: Any, codec: Any = "latin1") -> Any:
        if _text(codec) != "latin1":
            raise pickle.UnpicklingError(f"it holds bytes in {codec!r}, not in latin1")
        return _text(text).encode("latin1")

    @classmethod
    def __setstate__(cls, state: Any) -> None:
        raise pickle.UnpicklingError("it changes a function")


def _text(value: Any) -> Any:
    return value.decode("latin1") if isinstance(value, bytes) else value


# All that an array in a pickle needs; NumPy's folder is called _core since version 2. They are
# classes with a state of their own because a pickle may set attributes on a function that it names.
STANDING_FOR = {
    (f"numpy.{core}.multiarray", "_reconstruct"): _Array for core in ("core", "_core")
} | {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _Latin1,
}


class _Unpickler(pickle.Unpickler):
    """A pickle may name only what an array needs, and then gets our own."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in STANDING_FOR:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no array needs")
        return STANDING_FOR[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it holds an object kept outside the pickle, such as a tensor")
