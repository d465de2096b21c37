"""A bad clean subset or kernel is refused in one sentence, a good one is not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sigspike.common.reweighting.subset import check_apart, check_kernel, check_labels
from sigspike.foundation.check import Refusal

LABEL = np.array([0, 1, 2, 1, 0])
KERNEL = np.cov(np.random.default_rng(0).normal(size=(4, 9)))


def changed(row, column, value):
    kernel = KERNEL.copy()
    kernel[row, column] = value
    return kernel


BAD = {
    "empty": (lambda: check_labels(LABEL[:0], 3, 9), "`clean_label`", "(0,)"),
    "several subsets": (lambda: check_labels(LABEL[None], 3, 9), "`clean_label`", "(1, 5)"),
    "missing a class": (lambda: check_labels(LABEL, 5, 9), "`clean_label`", "3, 4"),
    "beyond the classes": (lambda: check_labels(LABEL, 2, 9), "`clean_label`", "got 2;"),
    "signs for classes": (
        lambda: check_labels(np.array([-1, 1]), 2, 9),
        "`clean_label`",
        "got -1;",
    ),
    "labels in floats": (lambda: check_labels(LABEL / 1.0, 3, 9), "`clean_label`", "float"),
    "larger than training": (lambda: check_labels(LABEL, 3, 4), "`clean_label`", "(4), got 5"),
    "overlapping": (
        lambda: check_apart([7, 3, 5], [1, 5, 2, 3]),
        "`clean_ids`",
        "2 that are (the first is 3)",
    ),
    "drawn twice": (lambda: check_apart([7, 3, 7], [1]), "`clean_ids`", "got 7 twice"),
    "not square": (lambda: check_kernel(KERNEL[:3]), "`kernel`", "(3, 4)"),
    "no matrix": (lambda: check_kernel(KERNEL[0]), "`kernel`", "(4,)"),
    "in words": (lambda: check_kernel(np.array([["a"]])), "`kernel`", "<U1"),
    "with a hole": (lambda: check_kernel(changed(1, 2, np.nan)), "`kernel`", "nan at (1, 2)"),
    "without bound": (lambda: check_kernel(changed(3, 0, -np.inf)), "`kernel`", "-inf at (3, 0)"),
    "not symmetric": (
        lambda: check_kernel(changed(0, 3, 5.0), "clean_kernel"),
        "`clean_kernel`",
        "symmetric",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_the_refusal_is_one_sentence(name):
    call, argument, value = BAD[name]
    with pytest.raises(Refusal) as refused:
        call()
    message = str(refused.value)
    assert argument in message
    assert value in message
    assert "\n" not in message
    assert len(message) < 400


def test_the_good_pass():
    check_labels(LABEL, 3, 5)
    check_labels(jnp.asarray(LABEL), 3, 500)
    check_apart([4, 5], [1, 2, 3])
    check_kernel(KERNEL)
    rounded = np.asarray(KERNEL, np.float32)
    check_kernel(rounded + np.triu(rounded) * 1e-7)
    check_kernel(np.zeros((2, 2)))


def test_what_is_traced_passes():
    def traced(label, kernel):
        check_labels(label, 3, 1)
        check_apart(label, label)
        check_kernel(kernel)
        return label

    jax.jit(traced)(jnp.asarray(LABEL), jnp.ones((2, 3)))
