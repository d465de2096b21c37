"""What the surrogate's figures train: draws of digits, the program against NumPy, the kernel."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sigspike.papers.meta_reweighting import couplings as of
from sigspike.papers.meta_reweighting.digits import batches
from sigspike.papers.meta_reweighting.perceptron import Perceptron, drawn
from sigspike.papers.meta_reweighting.problem import Problem, padded
from sigspike.papers.meta_reweighting.training import LEARNING_RATE, Branches, Method

BRANCHES = Branches((of.surrogate(),), (of.below_log_c,))
N_EPOCHS, RATE, START = 6, 0.1, 0.5


@pytest.fixture(scope="module")
def problem():
    """Threes and eights: 60 to train on, 12 clean, 40 to test."""
    pytest.importorskip("sklearn")
    whole = Problem.of("two classes", None, 100, N_EPOCHS, (0.1, 0.4), BRANCHES)
    return whole._replace(sizes=(60, 12, 40))


def test_draws_are_apart_and_balanced(problem):
    digits = problem.draw(3)
    assert [len(part) for part in digits] == [72, 72, 60, 60, 40, 40]
    for count in range(2, 13, 2):
        assert digits.label[60 : 60 + count].sum() == count // 2
    images = np.concatenate([digits.images, digits.test_images])
    assert len(np.unique(images, axis=0)) == len(np.unique(problem.data[0], axis=0)[:112])
    assert (problem.draw(3).images == digits.images).all()
    assert (problem.draw(4).images != digits.images).any()
    assert [problem.n_clean(share) for share in (0.001, 0.1, 0.2)] == [2, 6, 12]


def test_batches_show_every_example_once_an_epoch():
    order = batches(np.arange(20), 3, 20, 5, seed=0)
    assert order.shape == (3, 4, 5)
    assert (np.sort(order.reshape(3, -1)) == np.arange(20)).all()
    few = batches(np.array([7, 9, 11]), 2, 20, 5, seed=0)
    assert few.shape == (2, 4, 5)
    assert set(np.unique(few)) == {7, 9, 11}
    assert np.bincount(few[0].ravel())[[7, 9, 11]].min() >= 6


@pytest.mark.parametrize("method", ["plain", "selection", "surrogate"])
def test_the_program_is_stochastic_gradient_descent(problem, method):
    """Against a loop in NumPy, where a flip is a flip and a gradient is written out."""
    digits = problem.draw(0)
    numbers = {
        "plain": Method(),
        "selection": Method(selection=1),
        "surrogate": Method(1, 0, 1, START, RATE),
    }[method]
    clean_label = padded(digits.label[60:], np.arange(12) < 8)
    found, _ = problem.run(digits, 0, numbers, clean_label, np.arange(60))
    for place, rate in enumerate(problem.flip_rates):
        label = np.where(digits.chance < rate, 1 - digits.label[:60], digits.label[:60])
        assert 0 < (label != digits.label[:60]).sum() < 60
        params, weights = by_hand(method, digits, label, problem.batch_size)
        right = answers(params, digits.test_images)[1].argmax(1) == digits.test_label
        noisy = label != digits.label[:60]
        wrong = answers(params, digits.images[:60])[1].argmax(1) == label
        assert found["accuracy"][place] == pytest.approx(right.mean())
        assert found["memorised"][place] == pytest.approx(wrong[noisy].mean())
        np.testing.assert_allclose(found["weight_clean"][place], weights[~noisy].mean(), atol=1e-5)
        np.testing.assert_allclose(found["weight_noisy"][place], weights[noisy].mean(), atol=1e-5)


def answers(params, images):
    features = np.maximum(images @ params[0] + params[1], 0)
    return features, features @ params[2] + params[3]


def by_hand(method, digits, label, size):
    """Parameters and weights after six epochs, with eight clean examples."""
    params = [np.asarray(part, float) for part in drawn(196, 64, 2, 0)]
    weights = np.full(60, START if method == "surrogate" else 1.0)
    for number, epoch in enumerate(batches(np.arange(60), N_EPOCHS, 60, size, 0), start=1):
        for ids in epoch:
            x, y = digits.images[ids], label[ids]
            features, answer = answers(params, x)
            if method == "surrogate":
                weights[ids] = np.clip(
                    weights[ids] + RATE * votes_by_hand(digits, params, features, y), 0, 1
                )
            chance = np.exp(answer) / np.exp(answer).sum(1, keepdims=True)
            slope = (chance - np.eye(2)[y]) * weights[ids, None] / len(ids)
            inner = (slope @ params[2].T) * (features > 0)
            changes = [x.T @ inner, inner.sum(0), features.T @ slope, slope.sum(0)]
            params = [
                part - LEARNING_RATE * change for part, change in zip(params, changes, strict=True)
            ]
        if method == "selection" and number >= 5:
            answer = answers(params, digits.images[:60])[1]
            losses = np.log(np.exp(answer).sum(1)) - answer[np.arange(60), label]
            weights = (losses < np.log(2)).astype(float)
    return params, weights


def votes_by_hand(digits, params, features, label):
    clean, clean_label = answers(params, digits.images[60:68])[0], digits.label[60:68]
    pairs = (features - clean.mean(0)) @ (clean - clean.mean(0)).T
    return (np.where(label[:, None] == clean_label[None], 1, -1) * pairs).mean(1) / (
        features**2
    ).sum(1).mean()


def test_the_tangent_kernel_is_the_gram_matrix_of_gradients(tolerance):
    params = drawn(6, 5, 3, 1)
    params = params._replace(bias=params.bias + 0.1, shift=params.shift + 0.2)
    images = jnp.asarray(np.random.default_rng(0).normal(size=(7, 6)))

    def answer(params: Perceptron, image):
        return params.answer(params.features(image[None]))[0]

    gradients = jax.vmap(lambda image: jax.jacobian(answer)(params, image))(images)
    rows = jnp.concatenate([leaf.reshape(7, 3, -1) for leaf in jax.tree.leaves(gradients)], axis=2)
    expected = jnp.einsum("ikp, jkp -> ij", rows, rows) / 3
    np.testing.assert_allclose(params.tangent_kernel(images, images), expected, rtol=tolerance)
