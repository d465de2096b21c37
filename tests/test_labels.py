"""Labels and their flips."""

import jax
import numpy as np
import pytest
from jax import random
from scipy.stats import binomtest

from sigspike.models import labels

N = 10_000


def test_labels_are_plus_or_minus_one_with_equal_probability():
    label = np.asarray(labels.drawn(random.key(0), N))
    assert set(label) == {-1, 1}
    assert binomtest(int(np.sum(label == 1)), N).pvalue > 1e-3


@pytest.mark.parametrize(("sign", "rate"), [(1, 0.05), (-1, 0.4)])
def test_each_class_is_flipped_at_its_own_rate(sign, rate):
    label = sign * np.ones(N)
    flipped = labels.flip(random.key(1), jax.numpy.asarray(label), 0.05, 0.4)
    assert binomtest(int(np.sum(flipped != label)), N, rate).pvalue > 1e-3
