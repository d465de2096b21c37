"""Clean images and validation: which are held out, and whether their labels may be called true."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int, UInt8

from sigspike.foundation.check import Refusal
from sigspike.images.data import Dataset, split
from sigspike.images.noise import NoisyLabels
from sigspike.images.training.training import Training


class Held(NamedTuple):
    """Images with true labels."""

    images: UInt8[np.ndarray, "held row column channel"]
    labels: Int[np.ndarray, " held"]


class Parts(NamedTuple):
    """The clean subset, the validation images (None where none is asked for), and the ids of what
    is trained on.
    """

    clean: Held | None
    validation: Held | None
    ids: Int[np.ndarray, " image"]


def parts_of(training: Training, dataset: Dataset, noisy: NoisyLabels) -> Parts:
    """Held out of the data set's clean images where it has such, and all training images are
    trained on; else out of the training images, whose true labels must be known.
    """
    seed = training.split_seed
    clean = _Wanted("clean_size", training.clean_size, seed)
    validation = _Wanted("validation_size", training.validation_size, seed + 1)
    if dataset.clean_images is not None and dataset.clean_labels is not None:
        size, there = clean.size + validation.size, len(dataset.clean_labels)
        if size > there:
            raise Refusal(
                f"`clean_size` and `validation_size` must be at most the {there} clean images of "
                f"{dataset.name} together, got {size}"
            )
        # the clean subset last: where it is all that is left, its classes may be uneven
        held, _ = _held(dataset.clean_images, dataset.clean_labels, [validation, clean])
        ids = np.arange(len(dataset.labels))
    else:
        for wanted in (clean, validation):
            if wanted.size and noisy.truth is None and not dataset.true_labels:
                raise Refusal(
                    f"`{wanted.name}` must be 0 for {dataset.name}, whose labels are of unknown "
                    f"truth, got {wanted.size}; give a folder of clean images (--clean-dir), or "
                    "say that the labels are true (--data.labels true)"
                )
        truth = dataset.labels if noisy.truth is None else noisy.truth
        held, ids = _held(dataset.images, truth, [clean, validation])
    return Parts(held["clean_size"], held["validation_size"], ids)


class _Wanted(NamedTuple):
    """So many images of each class, for what, and the seed that draws them."""

    name: str
    size: int
    seed: int


def _held(
    images: np.ndarray, labels: np.ndarray, parts: list[_Wanted]
) -> tuple[dict[str, Held | None], np.ndarray]:
    """The parts, one after the other, and the ids of what is left."""
    ids, held = np.arange(len(labels)), {}
    for name, size, seed in parts:
        held[name] = None
        if size and size == len(ids):
            held[name], ids = Held(images[ids], labels[ids]), ids[:0]
        elif size:
            subset, rest = (ids[places] for places in split(labels[ids], size, seed))
            held[name], ids = Held(images[subset], labels[subset]), rest
    return held, ids
