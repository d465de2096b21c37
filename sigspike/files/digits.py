"""The handwritten digits that come with scikit-learn, as grey images of MNIST's size."""

import numpy as np

from sigspike.foundation.check import Refusal

SCALE, FRAME = 3, 2  # 8 · 3 + 2 · 2 = 28 pixels


def read() -> tuple[np.ndarray, np.ndarray]:
    """Images (image, 28, 28) with pixels 0 … 255 and labels 0 … 9: UCI's optical digits, 1797
    images of 8 × 8.

    Every pixel becomes a square of 3 × 3 in a black frame of 2, its grey 0 … 16 becomes 0 … 255: so
    that settings for MNIST apply. No file and no network are needed.
    """
    small, labels = read_small()
    pixels = small.repeat(SCALE, axis=1).repeat(SCALE, axis=2) * (255 / 16)
    return np.pad(pixels, ((0, 0), (FRAME, FRAME), (FRAME, FRAME))), labels


def read_small() -> tuple[np.ndarray, np.ndarray]:
    """The same images as they are: (image, 8, 8) with greys 0 … 16, and the labels."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise Refusal(
            "`digits` come with scikit-learn, which is not installed; pip install scikit-learn"
        ) from None
    small, labels = (np.asarray(part) for part in load_digits(return_X_y=True))
    return small.reshape(-1, 8, 8), labels
