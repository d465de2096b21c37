"""The python batches of CIFAR-10 and CIFAR-100, read without running what a pickle may ask for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sigspike.files.pickles import loads
from sigspike.foundation.check import Refusal

SHAPE = (3, 32, 32)


@dataclass(frozen=True)
class Batches:
    """The official files of one CIFAR and how they call its labels.

    ``folder`` is the name inside the official archive, ``train`` and ``test`` the files with
    images, ``meta`` the file with the names of the ``n_classes`` classes under the key ``names``;
    ``labels`` is the key of the labels.
    """

    title: str
    folder: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    meta: str
    labels: bytes
    names: bytes
    n_classes: int


TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = ("test_batch",)
TEN = Batches(
    "CIFAR-10", "cifar-10-batches-py", TRAIN, TEST, "batches.meta", b"labels", b"label_names", 10
)
HUNDRED = ("CIFAR-100", "cifar-100-python", ("train",), ("test",), "meta")
FINE = Batches(*HUNDRED, b"fine_labels", b"fine_label_names", 100)
COARSE = Batches(*HUNDRED, b"coarse_labels", b"coarse_label_names", 20)


def read(
    folder: Path, names: tuple[str, ...], kind: Batches = TEN
) -> tuple[np.ndarray, np.ndarray]:
    """Images (image, row, column, channel) as bytes and labels 0 … C−1 of the named batches, in
    their order.

    A batch is a pickled dictionary with ``b"data"``: uint8 (image, 3072), red, green and blue
    planes of 32 × 32, and a list of labels.
    """
    batches = [_batch(Path(folder) / name, kind) for name in names]
    images, labels = (np.concatenate(part) for part in zip(*batches, strict=True))
    return images, labels


def class_names(folder: Path, kind: Batches = TEN) -> tuple[str, ...]:
    """The names of the classes, from the file ``meta``."""
    path = Path(folder) / kind.meta
    names = _open(path, kind).get(kind.names)
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise Refusal(f"`data_dir` file {path} names no classes; fetch it again")
    return tuple(name.decode() for name in names)


def _batch(path: Path, kind: Batches) -> tuple[np.ndarray, np.ndarray]:
    content = _open(path, kind)
    data, labels = content.get(b"data"), content.get(kind.labels)
    rows = data.shape if isinstance(data, np.ndarray) and data.dtype == np.uint8 else None
    count = len(labels) if isinstance(labels, list) else None
    if not isinstance(data, np.ndarray) or rows is None or rows[1:] != (3072,) or count != rows[0]:
        got = f"rows {rows} and {count} labels"
        raise Refusal(
            f"`data_dir` file {path} should hold uint8 rows of 3072 and a label for each, got {got}"
        )
    for label in labels or ():
        if not isinstance(label, int) or not 0 <= label < kind.n_classes:
            known = f"labels from 0 to {kind.n_classes - 1}"
            raise Refusal(
                f"`data_dir` file {path} should hold {known}, got {str(label)[:20]!r}; "
                "fetch it again"
            )
    return data.reshape(-1, *SHAPE).transpose(0, 2, 3, 1), np.asarray(labels, np.int64)


def _open(path: Path, kind: Batches) -> dict[Any, Any]:
    if not path.is_file():
        raise Refusal(
            f"`data_dir` holds no file {path.name}, got {str(path.parent)!r}; "
            f"name the folder with {kind.title}'s python batches, {kind.folder}"
        )
    try:
        content = loads(path.read_bytes())
    except Exception as error:  # a broken pickle can fail in any way
        raise Refusal(
            f"`data_dir` file {path} is no batch of {kind.title} ({error}); fetch it again"
        ) from error
    if not isinstance(content, dict):
        raise Refusal(
            f"`data_dir` file {path} should hold a dictionary, got {type(content).__name__}; "
            "fetch it again"
        )
    return content
