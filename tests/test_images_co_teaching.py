"""Co-teaching: a step against sorted lists, and its limit of two plain trainings."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from tiny_training import DATASET, N_CLASSES, NOISY, TRAINING, Tiny

from sigspike.images import methods
from sigspike.images.methods import Batch, Descent, State
from sigspike.images.methods.method import cross_entropy
from sigspike.images.training import SGD, train
from sigspike.images.training.setup import Setup

RATE = 0.3
NETWORK = Tiny(N_CLASSES, in_channels=1)
LABELS = jnp.asarray(np.arange(12) % N_CLASSES)


def batch(epoch):
    """Twelve images, of which the last two fill up the batch."""
    images = random.normal(random.key(0), (12, 8, 8, 1))
    present = jnp.asarray([1.0] * 10 + [0.0] * 2)
    return Batch(
        jnp.arange(12),
        images,
        LABELS,
        present,
        (),
        None,
        random.key(2),
        jnp.asarray(epoch),
        jnp.zeros(()),
    )


@pytest.fixture(scope="module")
def begun():
    """Two models in training by Co-teaching."""
    return Setup.of(replace(TRAINING, method=methods.CoTeaching()), DATASET, NOISY).begin()


@jax.jit
def stepped(method, state, given):
    return method.step(
        state, given, Descent(NETWORK, SGD(RATE).transformation(), jnp.asarray(RATE))
    )


@jax.jit
def moved_on(model, images, labels, share):
    """The model after a plain step on Σ_i share_i ℓ_i, and the losses before it."""

    def objective(weights):
        output = NETWORK(weights.network, model.buffers, images, train=True)
        losses = cross_entropy(output.logits, labels)
        return share @ losses, losses

    gradient, losses = jax.grad(objective, has_aux=True)(model.weights)
    # Momentum is still 0
    by = jax.tree.map(lambda g, value: g + 1e-4 * value, gradient, model.weights)
    return jax.tree.map(lambda value, change: value - RATE * change, model.weights, by), losses


@pytest.mark.parametrize(("epoch", "n_kept"), [(0, 10), (5, 8), (10, 6), (37, 6)])
def test_each_network_learns_what_the_other_finds_easy(begun, epoch, n_kept, tolerance):
    """min(t/10, 1) · 0.4 of ten images are dropped: those with the largest loss for the other
    network.
    """
    given = batch(epoch)
    after, seen = stepped(methods.CoTeaching(0.4), begun, given)
    chosen = []
    for model in begun.models:
        _, losses = moved_on(model, given.images, LABELS, jnp.zeros(12))
        chosen.append(sorted(range(10), key=lambda i, losses=losses: float(losses[i]))[:n_kept])
    assert n_kept in (8, 10) or set(chosen[0]) != set(chosen[1])
    for model, new, easy in zip(begun.models, after.models, reversed(chosen), strict=True):
        share = np.zeros(12)
        share[easy] = 1 / n_kept
        expected, _ = moved_on(model, given.images, LABELS, jnp.asarray(share))
        for one, other in zip(jax.tree.leaves(new.weights), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=1e-3 * tolerance)
    assert float(seen.report["kept"]) == pytest.approx(n_kept / 10)


def test_without_noise_it_is_two_plain_trainings(begun, tolerance):
    given = batch(20)
    after, _ = stepped(methods.CoTeaching(0.0), begun, given)
    for model, new in zip(begun.models, after.models, strict=True):
        plain, _ = stepped(methods.CrossEntropy(), State((model,), (), begun.step), given)
        for one, other in zip(jax.tree.leaves(new), jax.tree.leaves(plain.models[0]), strict=True):
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=1e-3 * tolerance)


def test_two_networks_are_trained_and_reported():
    result = train(replace(TRAINING, method=methods.CoTeaching(n_gradual=2)), DATASET, NOISY)
    assert len(result.state.models) == 2
    assert all(np.isfinite(list(row.values())).all() for row in result.rows)
    assert [row["kept"] for row in result.rows][:2] == pytest.approx([1.0, 0.9], abs=0.05)
    assert result.last["test_accuracy"] > 0.8
    assert result.last["test_accuracy_2"] > 0.8
