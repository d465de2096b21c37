"""Mean and deviation of the pixels of each channel, computed or as the community prints them."""

from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

CHUNK = 1000  # images at a time, so that squares need little memory


class Normalization(NamedTuple):
    """x ↦ (x / 255 − mean) / std with one mean and one std for each channel, in units of the full
    range.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]


def normalization_of(images: UInt8[np.ndarray, "image row column channel"]) -> Normalization:
    """Mean and (population) standard deviation over all pixels of a channel, from exact integer
    sums.
    """
    size = images[..., 0].size
    total, squares = np.zeros((2, images.shape[-1]))
    for start in range(0, len(images), CHUNK):
        chunk = images[start : start + CHUNK].astype(np.uint64)
        total += chunk.sum((0, 1, 2))
        squares += (chunk**2).sum((0, 1, 2))
    mean = total / size
    std = np.sqrt(squares / size - mean**2)
    return Normalization(tuple((mean / 255).tolist()), tuple((std / 255).tolist()))


# What published code divides by. "cifar10-per-image" has the mean over images of each image's own
# standard deviation (with 1 / 1023), which is smaller than that of all pixels; DivideMix and much
# ResNet code for CIFAR-10 have it.
PUBLISHED = {
    "cifar10": Normalization((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "cifar10-per-image": Normalization((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
    "cifar100": Normalization((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762)),
    "mnist": Normalization((0.1307,), (0.3081,)),  # of the 28 × 28 images, without a frame
    "fashion_mnist": Normalization((0.2860,), (0.3530,)),  # likewise
    "imagenet": Normalization((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
