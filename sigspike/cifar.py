"""The python batches of CIFAR-10, read without running what a pickle may ask for."""

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from sigspike.check import Refusal

TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = ("test_batch",)
SHAPE = (3, 32, 32)
# All that an array in a pickle needs; NumPy's folder is called _core since version 2.
ALLOWED = {(f"numpy.{core}.multiarray", "_reconstruct") for core in ("core", "_core")} | {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class _Plain(pickle.Unpickler):
    """Dictionaries, lists, bytes, numbers and NumPy arrays; nothing that a pickle could call besides."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch needs")
        return super().find_class(module, name)


def read(folder: Path, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Images (image, row, column, channel) as bytes and labels 0 … 9 of the named batches, in their order.

    A batch is a pickled dictionary with ``b"data"``: uint8 (image, 3072), red, green and blue planes of 32 × 32, and
    ``b"labels"``: a list.
    """
    batches = [_batch(Path(folder) / name) for name in names]
    images, labels = (np.concatenate(part) for part in zip(*batches, strict=True))
    return images, labels


def class_names(folder: Path) -> tuple[str, ...]:
    """The names of the ten classes, from ``batches.meta``."""
    path = Path(folder) / "batches.meta"
    names = _open(path).get(b"label_names")
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise Refusal(f"`data_dir` file {path} names no classes; fetch it again")
    return tuple(name.decode() for name in names)


def _batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    content = _open(path)
    data, labels = content.get(b"data"), content.get(b"labels")
    rows = data.shape if isinstance(data, np.ndarray) and data.dtype == np.uint8 else None
    count = len(labels) if isinstance(labels, list) else None
    if not isinstance(data, np.ndarray) or rows is None or rows[1:] != (3072,) or count != rows[0]:
        found = f"rows {rows} and {count} labels"
        raise Refusal(f"`data_dir` file {path} should hold uint8 rows of 3072 and a label for each, got {found}")
    classes = np.asarray(labels)
    if count and (classes.dtype.kind != "i" or classes.min() < 0 or classes.max() > 9):
        raise Refusal(f"`data_dir` file {path} should hold labels from 0 to 9, got others; fetch it again")
    return data.reshape(-1, *SHAPE).transpose(0, 2, 3, 1), classes.astype(np.int64)


def _open(path: Path) -> dict[Any, Any]:
    if not path.is_file():
        raise Refusal(
            f"`data_dir` holds no file {path.name}, got {str(path.parent)!r}; "
            "name the folder with CIFAR-10's python batches, cifar-10-batches-py"
        )
    try:
        content = _Plain(io.BytesIO(path.read_bytes()), encoding="bytes").load()
    except Exception as error:  # a broken pickle can fail in any way
        raise Refusal(f"`data_dir` file {path} is no batch of CIFAR-10 ({error}); fetch it again") from error
    if not isinstance(content, dict):
        raise Refusal(f"`data_dir` file {path} should hold a dictionary, got {type(content).__name__}; fetch it again")
    return content
