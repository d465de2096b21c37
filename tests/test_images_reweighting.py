"""Reweighting of images: against finite differences and loops, its limits, and what it finds."""

from dataclasses import replace
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import FLOAT32
from jax import random
from jax.flatten_util import ravel_pytree
from tiny_training import DATASET, N_CLASSES, NOISY, TRAINING, Tiny

from sigspike.common.reweighting import FreshWeights, PersistentWeights, Rule, WeightNetwork
from sigspike.images import methods, noise
from sigspike.images.methods import Batch, Clean, Descent, State
from sigspike.images.methods.method import cross_entropy
from sigspike.images.training import SGD, train
from sigspike.images.training.setup import Setup

B, DECAY, MOMENTUM, RATE = 6, 0.01, 0.9, 0.3
IDS = jnp.asarray([4, 0, 7, 2, 9, 5])
PRESENT = jnp.asarray([1.0, 1, 1, 1, 1, 0])
LABELS = jnp.asarray([0, 2, 1, 1, 2, 0])
CLEAN_LABELS = jnp.asarray([0, 0, 1, 2, 2])
NETWORK = Tiny(N_CLASSES, in_channels=1)


class Ones(Rule):
    """Weights that are always 1."""

    sum_to_one: ClassVar[bool] = False

    def init(self, key, n_samples):
        return jnp.ones(n_samples)

    def proposed(self, state, ids, losses):
        return state[ids]

    def revised(self, state, ids, losses, couplings):
        return state


def batch(clean_labels=CLEAN_LABELS):
    """Six images, of which the last fills up the batch, and clean ones."""
    images = random.normal(random.key(0), (B, 8, 8, 1))
    clean = Clean(random.normal(random.key(1), (len(clean_labels), 8, 8, 1)), clean_labels)
    nothing = jnp.zeros(())
    return Batch(
        IDS, images, LABELS, PRESENT, (), clean, random.key(2), nothing.astype(int), nothing
    )


def begun(method, step=0):
    """The state of a training after ``step`` steps, whose optimiser has some momentum."""
    setup = Setup.of(replace(TRAINING, method=method, clean_size=9), DATASET, NOISY)
    (model,) = setup.begin().models
    moving = jax.tree.map(
        lambda value: 0.01 * random.normal(random.key(3), value.shape), model.optimiser
    )
    carried = method.carried(setup.facts, (model,), random.key(4))
    return State((model._replace(optimiser=moving),), carried, jnp.asarray(step))


@jax.jit
def stepped(method, state, given):
    transform = SGD(RATE, DECAY, MOMENTUM).transformation()
    return method.step(state, given, Descent(NETWORK, transform, jnp.asarray(RATE)))


class ByHand:
    """The outer step and L_val of a state in flat coordinates: b ← ∇ + λθ + μ b, θ ← θ − η b."""

    def __init__(self, state, given):
        self.model = state.models[0]
        self.start, unravel = ravel_pytree(self.model.weights)
        self.momentum = ravel_pytree(self.model.optimiser)[0]

        def losses(flat, images, labels):
            output = NETWORK(unravel(flat).network, self.model.buffers, images, train=True)
            return cross_entropy(output.logits, labels)

        real = given.present.sum()
        self.losses = jax.jit(lambda flat: losses(flat, given.images, given.labels))
        self.clean = jax.jit(
            lambda flat: losses(flat, given.clean.images, given.clean.labels).mean()
        )
        self.gradient = jax.jit(
            jax.grad(lambda flat, w: (given.present * w * self.losses(flat)).sum() / real)
        )

    def moved(self, weights):
        gradient = self.gradient(self.start, jnp.asarray(weights))
        return self.start - RATE * (gradient + DECAY * self.start + MOMENTUM * self.momentum)

    def by_weights(self, weights):
        """∂L_val(θ̂)/∂w_i by central differences, the step's 1/B in it."""
        found = np.zeros(B)
        for i in range(B):
            one = 1e-5 * np.eye(B)[i]
            found[i] = (
                self.clean(self.moved(weights + one)) - self.clean(self.moved(weights - one))
            ) / 2e-5
        return found


def weights_after(name, hand, state):
    """What a rule makes of the weights, from differences of L_val alone; real images are five."""
    if name == "persistent":
        slope = hand.by_weights(np.full(B, 0.5))
        return np.clip(0.5 - 5.0 * 5 / RATE * slope, 0, 1)
    if name == "fresh":
        positive = np.maximum(-hand.by_weights(np.zeros(B)), 0)
        return 5 * positive / positive.sum()  # `moved` divides by five
    net, losses = state.carried, np.asarray(hand.losses(hand.start) * PRESENT)
    inputs = np.asarray(losses)[:, None] * np.asarray(net.inner) + np.asarray(net.bias)

    def values(outer, shift):
        return 1 / (1 + np.exp(-(np.maximum(inputs, 0) @ outer + shift)))

    outer, shift = np.asarray(net.outer), float(net.shift)
    before = values(outer, shift)
    # The chain rule through V, its hidden units off where their input is negative.
    rise = -5 / RATE * hand.by_weights(before) * before * (1 - before)
    hidden, by_hidden = np.maximum(inputs, 0), (inputs > 0) * outer
    inner = np.asarray(net.inner) + 0.5 * (rise * losses) @ by_hidden
    bias = np.asarray(net.bias) + 0.5 * rise @ by_hidden
    hidden_after = np.maximum(losses[:, None] * inner + bias, 0)
    return 1 / (
        1 + np.exp(-(hidden_after @ (outer + 0.5 * rise @ hidden) + shift + 0.5 * rise.sum()))
    )


RULES = {
    "persistent": PersistentWeights(5.0),
    "fresh": FreshWeights(),
    "network": WeightNetwork(0.5, hidden=7),
}


@pytest.mark.skipif(FLOAT32, reason="differences need float64")
@pytest.mark.parametrize("name", RULES)
def test_a_step_of_meta_reweighting(name):
    """Weights from finite differences of the clean loss one step ahead, and the step with them."""
    method = methods.MetaReweighting(RULES[name])
    state, given = begun(method), batch()
    hand = ByHand(state, given)
    expected = weights_after(name, hand, state)
    after, seen = stepped(method, state, given)
    np.testing.assert_allclose(
        ravel_pytree(after.models[0].weights)[0], hand.moved(expected), atol=1e-6
    )
    assert np.abs(hand.moved(expected) - hand.moved(np.ones(B))).max() > 1e-3
    real = np.asarray(PRESENT) > 0
    used = expected[real] / (5 if name == "fresh" else 1)
    np.testing.assert_allclose(seen.report["weight"], used.mean(), rtol=1e-5)
    if name == "persistent":
        rows = np.full(len(after.carried), 0.5)
        rows[np.asarray(IDS)[real]] = expected[real]
        np.testing.assert_allclose(after.carried, rows, atol=1e-6)


@pytest.mark.skipif(FLOAT32, reason="differences need float64")
def test_couplings_at_the_present_parameters():
    """Where not ahead: −∂L_val/∂w_i of a plain step of vanishing rate, ⟨∇ℓ_i, ∇L_val⟩."""
    method = methods.MetaReweighting(PersistentWeights(0.1), ahead=False)
    state, given = begun(method), batch()
    hand = ByHand(state, given)
    slope = jax.grad(hand.clean)(hand.start)
    h = 1e-5
    rise = (hand.losses(hand.start + h * slope) - hand.losses(hand.start - h * slope)) / (2 * h)
    expected = np.clip(0.5 + 0.1 * np.asarray(PRESENT * rise), 0, 1)
    after, _ = stepped(method, state, given)
    np.testing.assert_allclose(after.carried[IDS[:5]], expected[:5], atol=1e-6)
    assert len(set(np.round(expected[:5], 6))) > 1


def by_loops(method, phi, clean, clean_labels):
    """c_i, summed over pairs as printed."""
    mean = clean.mean(0) if method.centre else np.zeros(clean.shape[1])
    found = np.zeros(len(phi))
    for i in range(len(phi)):
        overlap = [(phi[i] - mean) @ (other - mean) for other in clean]
        by_class = [
            [g for g, y in zip(overlap, clean_labels, strict=True) if y == k]
            for k in range(N_CLASSES)
        ]
        means = [sum(values) / len(values) for values in by_class if values]
        if method.match == "contest":
            best, second = sorted(means)[-1:-3:-1]
            found[i] = np.mean(by_class[LABELS[i]]) - (best + second) / 2
            continue
        shift = sum(means) / len(means) if method.row_shift else 0.0
        for g, y in zip(overlap, clean_labels, strict=True):
            sign = 1.0 if y == LABELS[i] else (-1 / (N_CLASSES - 1) if method.signed else 0.0)
            found[i] += sign * (g - shift) / len(clean)
    return found


@pytest.mark.parametrize(
    "options",
    [{}, {"match": "votes"}, {"centre": False}, {"row_shift": False}, {"signed": False}],
    ids=lambda options: "-".join(map(str, options)) or "contest",
)
def test_a_step_of_fbr(options, tolerance):
    """Couplings by loops over pairs, from features of both batches in training, and weights
    clipped.
    """
    match = "votes" if options else "contest"
    method = methods.FeatureReweighting(PersistentWeights(0.4), **({"match": match} | options))
    state, given = begun(method), batch()
    model = state.models[0]
    phi, clean = (
        np.asarray(
            NETWORK(model.weights.network, model.buffers, images, train=True).features, float
        )
        for images in (given.images, given.clean.images)
    )
    scale = (phi[:5] ** 2).sum(1).mean()
    expected = np.clip(0.5 + 0.4 * by_loops(method, phi, clean, CLEAN_LABELS) / scale, 0, 1)
    after, _ = stepped(method, state, given)
    np.testing.assert_allclose(after.carried[IDS[:5]], expected[:5], rtol=tolerance)
    untouched = np.setdiff1d(np.arange(len(after.carried) - 1), IDS[:5])
    assert (after.carried[untouched] == 0.5).all()


def test_without_a_clean_image_of_its_label_a_weight_stays():
    method = methods.FeatureReweighting(PersistentWeights(0.4))
    after, _ = stepped(method, begun(method), batch(jnp.asarray([0, 0, 1, 1, 0])))
    moved = np.asarray(after.carried[IDS[:5]] != 0.5)
    np.testing.assert_array_equal(moved, np.asarray(LABELS[:5] != 2))


CASES = {
    "meta-reweighting": methods.MetaReweighting(PersistentWeights(20.0)),
    "FBR": methods.FeatureReweighting(PersistentWeights(0.5)),
}


@pytest.mark.parametrize("name", CASES)
def test_weights_of_one_are_cross_entropy(name, tolerance):
    method = replace(CASES[name], rule=Ones())
    after, seen = stepped(method, begun(method), batch())
    plain, plainly = stepped(methods.CrossEntropy(), begun(methods.CrossEntropy()), batch())
    for one, other in zip(
        jax.tree.leaves(after.models), jax.tree.leaves(plain.models), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=1e-3 * tolerance)
    np.testing.assert_allclose(
        seen.report["objective"], plainly.report["objective"], rtol=tolerance
    )


def test_weights_rest_between_revisions():
    method = methods.MetaReweighting(PersistentWeights(5.0, every=2))
    resting, _ = stepped(method, begun(method, step=1), batch())
    assert (resting.carried == 0.5).all()
    revised, _ = stepped(method, begun(method, step=2), batch())
    assert (revised.carried[IDS[:5]] != 0.5).any()


@pytest.mark.parametrize("name", CASES)
def test_wrong_labels_lose_their_weight(name):
    noisy = noise.Symmetric(0.4)(DATASET.labels, N_CLASSES, 0)
    training = replace(TRAINING, method=CASES[name], clean_size=12, clean_batch_size=12, epochs=8)
    result = train(training, DATASET, noisy)
    flipped = Setup.of(training, DATASET, noisy).flipped
    assert flipped is not None
    weights = np.asarray(result.state.carried[:-1])
    assert weights[~flipped].mean() > weights[flipped].mean() + 0.2
    assert all(np.isfinite(row["objective"]) for row in result.rows)
