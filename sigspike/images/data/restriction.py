"""Some of the classes, or fewer of the training images, of a data set."""

from collections.abc import Sequence

import numpy as np

from sigspike.foundation.check import Refusal, nearest
from sigspike.images.data.dataset import Dataset


def of_classes(dataset: Dataset, classes: Sequence[str]) -> Dataset:
    """The images of these classes, for training and for testing, in their order; the first class
    becomes 0.
    """
    unknown = [name for name in classes if name not in dataset.classes]
    if unknown:
        known = ", ".join(dataset.classes)
        close = nearest(unknown[0], dataset.classes)
        raise Refusal(
            f"`classes` must be some of {dataset.name} ({known}), got {unknown[0]!r}{close}"
        )
    if len(set(classes)) != len(classes) or len(classes) < 2:
        raise Refusal(f"`classes` must be two or more different classes, got {list(classes)}")
    numbers = [dataset.classes.index(name) for name in classes]
    becomes = np.full(dataset.n_classes, -1)
    becomes[numbers] = np.arange(len(numbers))
    train, test = (
        np.flatnonzero(becomes[labels] >= 0) for labels in (dataset.labels, dataset.test_labels)
    )
    return Dataset(
        f"{dataset.name}: {', '.join(classes)}",
        dataset.images[train],
        becomes[dataset.labels[train]],
        dataset.test_images[test],
        becomes[dataset.test_labels[test]],
        tuple(classes),
    )


def fewer(dataset: Dataset, n_images: int, seed: int) -> Dataset:
    """``n_images`` training images, as many of each class as can be, drawn without replacement; all
    test images.
    """
    if n_images == len(dataset.labels):
        return dataset
    ids = dataset.split(n_images, seed).subset
    name = f"{dataset.name}, {n_images} images (seed {seed})"
    test = (dataset.test_images, dataset.test_labels)
    return Dataset(name, dataset.images[ids], dataset.labels[ids], *test, dataset.classes)
