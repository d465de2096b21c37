"""The digits that need no file."""

import sys

import numpy as np
import pytest

import sigspike as ss
from sigspike.files import digits
from sigspike.foundation.check import Refusal


def test_digits_are_enlarged_to_the_size_and_range_of_mnist():
    images, labels = digits.read()
    assert images.shape == (1797, 28, 28)
    assert (images.min(), images.max()) == (0, 255)
    assert not images[:, :2].any()
    assert not images[:, :, -2:].any()
    blocks = images[:, 2:-2, 2:-2].reshape(-1, 8, 3, 8, 3)
    np.testing.assert_array_equal(blocks, np.broadcast_to(blocks[:, :, :1, :, :1], blocks.shape))
    assert sorted(set(labels.tolist())) == list(range(10))


def test_two_digits_become_two_classes_and_no_image_is_trained_and_tested():
    problem = ss.ImagePatches.digits(classes=(0, 1))
    counts = [
        int(np.sum(labels == side))
        for labels in (problem.labels, problem.test_labels)
        for side in (-1, 1)
    ]
    assert counts == [99, 102, 79, 80]
    train, test = (
        {image.tobytes() for image in np.asarray(part)}
        for part in (problem.images, problem.test_images)
    )
    assert not train & test


def test_the_same_class_twice_is_refused():
    with pytest.raises(
        Refusal, match=r"`classes` must be two different labels of the files, got \(3, 3\)"
    ):
        ss.ImagePatches.digits(classes=(3, 3))


def test_without_scikit_learn_the_remedy_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(Refusal, match=r"pip install scikit-learn"):
        digits.read()
