"""Handwritten digits by seed: with noisy labels, a small clean subset, and clean test digits."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sigspike.common.reweighting.subset import check_apart, check_labels
from sigspike.files import digits, idx

MOST = 20_000  # of MNIST's images


class Digits(NamedTuple):
    """One draw. The first n examples are for training, with labels to be flipped; the next m_v are
    the clean subset.

    At flip rate τ a label becomes y + ``turn`` mod C where ``chance`` < τ: symmetric over the other
    classes, and what is flipped at one rate is flipped at every higher one. Clean examples go round
    the classes, so that the first of them are balanced whenever their number is a multiple of C.
    """

    images: Any
    label: Any
    chance: Any
    turn: Any
    test_images: Any
    test_label: Any


def load(folder: Path | None, classes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Images (image, 196) and their places among ``classes``: MNIST's from a folder, else
    scikit-learn's digits.

    2 × 2 pixels become their mean, and the mean square of all pixels becomes 1.
    """
    images, labels = (
        digits.read() if folder is None else (idx.read(folder, name)[:MOST] for name in FILES)
    )
    chosen = np.isin(labels, classes)
    pooled = images[chosen].astype(float).reshape(-1, 14, 2, 14, 2).mean((2, 4)).reshape(-1, 196)
    return pooled / np.sqrt((pooled**2).mean()), np.searchsorted(classes, labels[chosen])


FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")


def draw(
    data: tuple[np.ndarray, np.ndarray], sizes: tuple[int, int, int], n_classes: int, seed: int
) -> Digits:
    """n training, m_v clean and some test examples, all different."""
    (images, label), (n_samples, n_clean, n_test) = data, sizes
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(label))
    clean = np.stack(
        [order[label[order] == k][: n_clean // n_classes] for k in range(n_classes)], 1
    ).ravel()
    rest = order[~np.isin(order, clean)]
    train, test = rest[:n_samples], rest[n_samples : n_samples + n_test]
    check_labels(label[clean], n_classes, n_samples)
    check_apart(clean, train)
    both = np.concatenate([train, clean])
    chance, turn = rng.random(n_samples), rng.integers(1, n_classes, n_samples)
    return Digits(images[both], label[both], chance, turn, images[test], label[test])


def batches(ids: np.ndarray, n_epochs: int, n_samples: int, size: int, seed: int) -> np.ndarray:
    """(epoch, step, example): n / size batches an epoch from shuffled ``ids``, which go round where
    they are fewer.
    """
    rng, rounds = np.random.default_rng(seed), -(-n_samples // len(ids))
    epochs = [
        np.concatenate([rng.permutation(ids) for _ in range(rounds)])[:n_samples]
        for _ in range(n_epochs)
    ]
    return np.stack(epochs).reshape(n_epochs, -1, size)


def in_words(folder: Path | None) -> str:
    """Which digits these are."""
    return "MNIST" if folder is not None else "Scikit-learn's digits"
