"""Some of the classes, or fewer of the training images, of a data set."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int

from sigspike.foundation.check import Refusal, enumerated, nearest
from sigspike.images.data.dataset import Dataset

Ids = Int[np.ndarray, " image"]


def of_classes(dataset: Dataset, classes: Sequence[str]) -> Dataset:
    """The images of these classes, for training, testing and clean, in their order; the first class
    becomes 0.
    """
    return renumbered(
        dataset, classes, np.flatnonzero(becomes(dataset, classes)[dataset.labels] + 1)
    )


def fewer(dataset: Dataset, n_images: int, seed: int) -> Dataset:
    """``n_images`` training images, as many of each class as can be, drawn without replacement; all
    test images.
    """
    return dataset if n_images == len(dataset.labels) else taken(dataset, n_images, seed)[0]


def becomes(dataset: Dataset, classes: Sequence[str]) -> Int[np.ndarray, " class"]:
    """What each class's number is among these classes, −1 for the others."""
    unknown = [name for name in classes if name not in dataset.classes]
    if unknown:
        known = enumerated(dataset.classes)
        close = nearest(unknown[0], dataset.classes)
        raise Refusal(
            f"`classes` must be some of {dataset.name} ({known}), got {unknown[0]!r}{close}"
        )
    if len(set(classes)) != len(classes) or len(classes) < 2:
        raise Refusal(f"`classes` must be two or more different classes, got {list(classes)}")
    numbers = np.full(dataset.n_classes, -1)
    numbers[[dataset.classes.index(name) for name in classes]] = np.arange(len(classes))
    return numbers


def renumbered(dataset: Dataset, classes: Sequence[str], ids: Ids) -> Dataset:
    """Training images ``ids``, all of these classes, and the test and clean images of these."""
    number = becomes(dataset, classes)
    test = np.flatnonzero(number[dataset.test_labels] >= 0)
    found = {
        "name": f"{dataset.name}: {', '.join(classes)}",
        "classes": tuple(classes),
        "images": dataset.images[ids],
        "labels": number[dataset.labels[ids]],
        "test_images": dataset.test_images[test],
        "test_labels": number[dataset.test_labels[test]],
        "files": _files(dataset, ids),
    }
    if dataset.clean_images is not None and dataset.clean_labels is not None:
        clean = np.flatnonzero(number[dataset.clean_labels] >= 0)
        found |= {
            "clean_images": dataset.clean_images[clean],
            "clean_labels": number[dataset.clean_labels[clean]],
        }
    return replace(dataset, **found)


def taken(dataset: Dataset, n_images: int, seed: int) -> tuple[Dataset, Ids]:
    """``n_images`` training images, as many of each class as can be, and their ids."""
    ids = dataset.split(n_images, seed).subset
    few = replace(
        dataset,
        name=f"{dataset.name}, {n_images} images (seed {seed})",
        images=dataset.images[ids],
        labels=dataset.labels[ids],
        files=_files(dataset, ids),
    )
    return few, ids


def _files(dataset: Dataset, ids: Ids) -> tuple[str, ...]:
    return tuple(dataset.files[place] for place in ids) if dataset.files else ()
