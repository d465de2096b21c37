"""Images with noisy labels: a data set, a law, and the part of both that is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sigspike.images.data import Dataset
from sigspike.images.data.restriction import becomes, of_classes, renumbered, taken
from sigspike.images.noise.law import Law
from sigspike.images.noise.noisy_labels import NoisyLabels


class Labelled(NamedTuple):
    """A data set and labels for its training images."""

    dataset: Dataset
    noisy: NoisyLabels


def labelled(
    dataset: Dataset,
    law: Law,
    seed: int = 0,
    classes: Sequence[str] = (),
    n_images: int = 0,
    split_seed: int = 0,
) -> Labelled:
    """Noisy labels of a data set by a law, of these ``classes`` and ``n_images`` alone (of all, by
    default).

    What a law draws, it draws for the part; labels that a file tells stand in the official order of
    the whole and are cut with it. The truth is known only where somebody knows it: the data set
    (``true_labels``), the file, or one who has noise drawn on labels of unknown truth, which takes
    them as true, and is remarked.
    """
    if law.drawn:
        cut = of_classes(dataset, classes) if classes else dataset
        if n_images and n_images != len(cut.labels):
            cut = taken(cut, n_images, split_seed)[0]
        return _with_truth(cut, law, _noisy(law, cut, seed))
    whole = _with_truth(dataset, law, _noisy(law, dataset, seed))
    part = _of_classes(whole, classes) if classes else whole
    if n_images and n_images != len(part.dataset.labels):
        few, ids = taken(part.dataset, n_images, split_seed)
        part = Labelled(few, part.noisy.of(ids, few.images))
    return part


def _noisy(law: Law, dataset: Dataset, seed: int) -> NoisyLabels:
    return law(dataset.labels, dataset.n_classes, seed, dataset.images)


def _with_truth(dataset: Dataset, law: Law, noisy: NoisyLabels) -> Labelled:
    if noisy.flipped is None or dataset.true_labels or law.tells_truth:
        return Labelled(dataset, noisy)
    if not law.drawn or not noisy.flipped.any():
        return Labelled(dataset, replace(noisy, truth=None))
    remark = (
        "noise is drawn on labels of unknown truth, which are taken as the truth: wrong labels are "
        "those that the noise made"
    )
    known = replace(dataset, true_labels=True, remarks=(*dataset.remarks, remark))
    return Labelled(known, noisy)


def _of_classes(whole: Labelled, classes: Sequence[str]) -> Labelled:
    """Images whose label of either kind is among the classes; how many others there are of them is
    remarked.
    """
    dataset, noisy = whole
    number = becomes(dataset, classes)
    inside = number[dataset.labels] >= 0
    both = inside & (number[noisy.labels] >= 0)
    ids = np.flatnonzero(both)
    part = renumbered(dataset, classes, ids)
    if lost := int(inside.sum() - both.sum()):
        remark = f"left out: {lost} images of these classes that are labelled as another"
        part = replace(part, remarks=(*part.remarks, remark))
    return Labelled(part, noisy.of(ids, part.images, number, len(classes)))
