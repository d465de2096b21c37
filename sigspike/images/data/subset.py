"""Parts of a set of images: a clean subset, or a share of every class."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from sigspike.foundation.check import Range, Refusal


class Split(NamedTuple):
    """Sorted ids of the images of a subset and of all others."""

    subset: Int[np.ndarray, " subset"]
    rest: Int[np.ndarray, " rest"]


def split(
    labels: Int[np.ndarray, " image"], size: int | float, seed: int, balanced: bool = True
) -> Split:
    """``size`` images (below 1: that share of them, rounded) drawn without replacement, and the
    rest.

    ``balanced``: ⌊size / C⌋ of each of the C classes that occur, and one more of as many classes,
    drawn at random, as a remainder needs. Otherwise uniformly from all images.
    """
    Range(low=0, high=len(labels), open_low=True, open_high=True).check("size", size)
    Range(low=0, whole=True, plain=True).check("seed", seed)
    wanted = round(size * len(labels)) if size < 1 else size
    Range(low=1, high=len(labels) - 1, whole=True).check("size", wanted)
    generator = np.random.default_rng(seed)
    if balanced:
        chosen = _of_each_class(generator, labels, int(wanted))
    else:
        chosen = generator.permutation(len(labels))[: int(wanted)]
    inside = np.zeros(len(labels), bool)
    inside[chosen] = True
    return Split(np.flatnonzero(inside), np.flatnonzero(~inside))


def share_of_each(labels: Int[np.ndarray, " image"], share: float, seed: int) -> Split:
    """The share of every class (rounded, at least one image) drawn without replacement, and the
    rest.
    """
    generator = np.random.default_rng(seed)
    inside = np.zeros(len(labels), bool)
    for number in np.unique(labels):
        places = generator.permutation(np.flatnonzero(labels == number))
        inside[places[: max(1, round(share * len(places)))]] = True
    return Split(np.flatnonzero(inside), np.flatnonzero(~inside))


def _of_each_class(generator: np.random.Generator, labels: np.ndarray, size: int) -> np.ndarray:
    classes = np.unique(labels)
    counts = np.full(len(classes), size // len(classes))
    counts[generator.permutation(len(classes))[: size % len(classes)]] += 1
    chosen = []
    for number, count in zip(classes, counts, strict=True):
        places = np.flatnonzero(labels == number)
        if count > len(places):
            raise Refusal(
                f"`size` must leave at most {len(places)} for class {number}, which has no more "
                f"images, got {size}: {count} of each class; take fewer, or balanced=False"
            )
        chosen.append(generator.permutation(places)[:count])
    return np.concatenate(chosen)
