"""A data set of sigspike's from loaders of PyTorch."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
)
from torch.utils.data import Dataset as Items

from sigspike.foundation.check import Refusal
from sigspike.images.data import Dataset

WHOLE = 1e-3  # a byte as a share of 255 in float32 is a whole number to 10⁻⁵
REMEDY = "hand over images as they are before Normalize and augmentation"


def from_loader(
    loader: Any,
    test_loader: Any,
    name: str,
    class_names: Sequence[str] | None = None,
    true_labels: bool = False,
) -> Dataset:
    """Training and test images with labels 0 … C−1, from a DataLoader, a Dataset, or any batches of
    (images, labels).

    Images are bytes, or floats in [0, 1] that are whole multiples of 1/255 (``ToTensor``'s), with 1
    or 3 channels: tensors (channel, row, column) or (row, column, channel), grey ones (row, column)
    too, or PIL images; all of one size. What a batch has after image and label is left out. Without
    ``class_names`` classes are called by number.

    A loader in order, or shuffled, of a Dataset with a length is read from that Dataset, in its
    order, whole, and in this process: ids are then its indices, as files of label noise want. Any
    other is taken as it comes, once.

    ``true_labels`` says that the training labels may be taken as the truth; those of the test
    loader always are.

    Every image is read once, and augmentation is sigspike's part: a random transform of yours would
    be frozen into the images, and can not be told from them here. Give a loader without random
    transforms.
    """
    images, labels = _read("loader", loader)
    test_images, test_labels = _read("test_loader", test_loader)
    n_classes = int(max(labels.max(), 0)) + 1
    classes = tuple(map(str, range(n_classes) if class_names is None else class_names))
    return Dataset(name, images, labels, test_images, test_labels, classes, true_labels=true_labels)


def _read(name: str, loader: Any) -> tuple[np.ndarray, np.ndarray]:
    """All images as bytes, channels last, and their labels."""
    images, labels = [], []
    for batch in _batches(name, loader):
        if not isinstance(batch, (tuple, list)) or len(batch) < 2:
            raise Refusal(
                f"`{name}` must give (images, labels), got {type(batch).__name__}; "
                "return a pair of them"
            )
        found, given = _images(name, batch[0]), _labels(name, batch[1])
        if len(found) != len(given):
            raise Refusal(
                f"`{name}` must give a label for each image, "
                f"got {len(given)} for {len(found)} images"
            )
        if images and found.shape[1:] != images[0].shape[1:]:
            shapes = f"{images[0].shape[1:]} and {found.shape[1:]}"
            raise Refusal(f"`{name}` must give images of one size, got {shapes}; resize them")
        images.append(found)
        labels.append(given)
    if not images:
        raise Refusal(f"`{name}` must give images, got an empty {type(loader).__name__}")
    return np.concatenate(images), np.concatenate(labels)


def _batches(name: str, loader: Any) -> Iterator[Any]:
    """What the loader gives, in the order of its data set where it has one."""
    if isinstance(loader, Items) and isinstance(loader, Sized):
        return (([item[0]], [item[1]]) for item in (loader[index] for index in range(len(loader))))
    if isinstance(loader, DataLoader) and _has_all(loader):
        # Workers are forked, which JAX's threads do not survive.
        own = torch.Generator()  # else an iterator draws from PyTorch's
        return iter(
            DataLoader(loader.dataset, batch_size=256, collate_fn=loader.collate_fn, generator=own)
        )
    if not isinstance(loader, Iterable):
        kind = type(loader).__name__
        raise Refusal(
            f"`{name}` must be a DataLoader, or a Dataset of torch with a length, got {kind}"
        )
    return iter(loader)


def _has_all(loader: DataLoader) -> bool:
    """Whether it gives every item of its data set once, but for a last batch that it drops."""
    plain = type(loader.batch_sampler) is BatchSampler and not isinstance(
        loader.dataset, IterableDataset
    )
    sampler, size = loader.sampler, len(loader.dataset) if plain else 0  # type: ignore[arg-type]
    whole = (
        isinstance(sampler, RandomSampler)
        and not sampler.replacement
        and sampler.num_samples == size
    )
    return plain and (type(sampler) is SequentialSampler or whole)


def _images(name: str, value: Any) -> np.ndarray:
    """A batch of images as bytes, channels last; where both ends could be channels, a tensor has
    them first.
    """
    tensor = isinstance(value, torch.Tensor)
    if isinstance(value, (tuple, list)):
        tensor = any(isinstance(image, torch.Tensor) for image in value)
        singles = [_array(name, image) for image in value]
        if len(shapes := {single.shape for single in singles}) > 1:
            first, second = sorted(shapes)[:2]
            raise Refusal(
                f"`{name}` must give images of one size, got {first} and {second}; resize them"
            )
        found = np.stack(singles)
    else:
        found = _array(name, value)
    if found.ndim == 3:
        found = found[..., None]
    first, last = (found.shape[axis] in (1, 3) if found.ndim == 4 else False for axis in (1, 3))
    if not first and not last:
        raise Refusal(
            f"`{name}` must give images (channel, row, column) with 1 or 3 channels, "
            f"got a batch of {found.shape}"
        )
    if first and (tensor or not last):
        found = found.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(_bytes(name, found))


def _bytes(name: str, found: np.ndarray) -> np.ndarray:
    if found.dtype == np.uint8:
        return found
    if found.dtype.kind != "f":
        raise Refusal(
            f"`{name}` must give images of bytes or of floats in [0, 1], got {found.dtype}; "
            "convert them"
        )
    if not (found.min(initial=0) >= 0 and found.max(initial=0) <= 1):
        bad = found[~((found >= 0) & (found <= 1))][0]
        raise Refusal(
            f"`{name}` must give images of bytes or of floats in [0, 1], got a pixel {bad:.4g}; "
            f"{REMEDY}"
        )
    scaled = found * np.float32(255)
    whole = np.rint(scaled)
    if np.abs(scaled - whole).max(initial=0) > WHOLE:
        bad = found[np.abs(scaled - whole) > WHOLE][0]
        raise Refusal(f"`{name}` must give pixels that are bytes over 255, got {bad:.6g}; {REMEDY}")
    return whole.astype(np.uint8)


def _labels(name: str, value: Any) -> np.ndarray:
    single = isinstance(value, (tuple, list))
    found = (
        np.array([_array(name, label).item() for label in value]) if single else _array(name, value)
    )
    if found.ndim != 1 or (found.dtype.kind not in "iu" and found.size):
        raise Refusal(
            f"`{name}` must give whole numbers as labels, "
            f"got {found.dtype} of shape {found.shape}; number the classes"
        )
    return found.astype(np.int64)


def _array(name: str, value: Any) -> np.ndarray:
    """A NumPy array of a tensor on any device, of a PIL image, or of anything like them."""
    if isinstance(value, torch.Tensor):
        return (value.float() if value.dtype == torch.bfloat16 else value).detach().cpu().numpy()
    if getattr(value, "mode", "L") not in ("L", "RGB"):
        raise Refusal(
            f"`{name}` must give PIL images of mode L or RGB, got {value.mode}; convert them"
        )
    return np.asarray(value)
