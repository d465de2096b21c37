"""The bilevel step: its hypergradient against two others, its rules as printed."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from conftest import FLOAT32
from jax import lax, random

from sigspike.common.reweighting import (
    Bilevel,
    FreshWeights,
    PersistentWeights,
    WeightNetwork,
    linearised,
)
from sigspike.models.activations import ReLUPower
from sigspike.models.losses import Logistic

N, N_CLEAN = 12, 8
IDS = jnp.arange(N)
RULES = {
    "persistent": PersistentWeights(0.3),
    "fresh": FreshWeights(),
    "network": WeightNetwork(0.05, hidden=7),
}
TRANSFORMS = {
    "plain": optax.identity(),
    "momentum": optax.trace(0.9),
    "adam": optax.scale_by_adam(),
}

pytestmark = pytest.mark.skipif(FLOAT32, reason="differences of 1e-8 need float64")


def two_layer(key):
    """The theory's patch CNN in R^d: parameters, losses of a batch, loss of the clean subset."""
    keys = random.split(key, 4)
    params = 0.5 * random.normal(keys[0], (2, 3, 10))
    inputs = random.normal(keys[1], (N + N_CLEAN, 2, 10))
    label = random.rademacher(keys[2], (N + N_CLEAN,), float)

    def losses(at, chosen):
        answer = ReLUPower(2)(jnp.einsum("jrd,ipd->ijrp", at, inputs[chosen])).mean(2).sum(2)
        return Logistic()(label[chosen] * (answer[:, 1] - answer[:, 0]))

    return (
        params,
        lambda at: (losses(at, slice(0, N)), ()),
        lambda at: losses(at, slice(N, None)).mean(),
    )


def convolutional(key):
    """A small convolutional network with batch norm in training mode (batch and clean batch by
    themselves).
    """
    keys = random.split(key, 6)
    params = {
        "kernel": 0.4 * random.normal(keys[0], (3, 3, 2, 4)),
        "scale": jnp.ones(4),
        "shift": jnp.zeros(4),
        "dense": 0.4 * random.normal(keys[1], (4, 3)),
    }
    images = random.normal(keys[2], (N + N_CLEAN, 6, 6, 2))
    label = random.randint(keys[3], (N + N_CLEAN,), 0, 3)

    def losses(at, chosen):
        z = lax.conv_general_dilated(
            images[chosen], at["kernel"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        mean, variance = z.mean((0, 1, 2), keepdims=True), z.var((0, 1, 2), keepdims=True)
        normal = at["scale"].reshape(1, 1, 1, -1) * (z - mean) * lax.rsqrt(variance + 1e-5)
        features = jnp.maximum(normal + at["shift"].reshape(1, 1, 1, -1), 0).mean((1, 2))
        values = optax.softmax_cross_entropy_with_integer_labels(
            features @ at["dense"], label[chosen]
        )
        return values, mean

    return (
        params,
        lambda at: losses(at, slice(0, N)),
        lambda at: losses(at, slice(N, None))[0].mean(),
    )


NETWORKS = {"two-layer": two_layer, "convolutional": convolutional}


def step(bilevel, losses, clean_loss, params, carried, ids):
    """The bilevel step from a batch's losses and the clean subset's loss."""
    return bilevel.step(linearised(losses, params), jax.grad(clean_loss), params, carried, ids)


def look_ahead(bilevel, losses, params, optimiser, weights):
    """θ̂(w), by differentiating Σ w ℓ: no Jacobian, no transpose."""
    gradient = jax.grad(lambda at: weights @ losses(at)[0])(params)
    change, _ = bilevel.transform.update(gradient, optimiser, params)
    return jax.tree.map(lambda value, by: value - bilevel.learning_rate * by, params, change)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_the_hypergradient_is_exact(network, transform):
    params, losses, clean_loss = NETWORKS[network](random.key(0))
    bilevel = Bilevel(PersistentWeights(1.0), 0.07, TRANSFORMS[transform])
    carried = bilevel.init(random.key(1), params, N)
    for _ in range(2):  # a state of the optimiser that is not its first
        params, carried, _ = step(bilevel, losses, clean_loss, params, carried, IDS)
    weights = carried.rule
    _, _, seen = step(bilevel, losses, clean_loss, params, carried, IDS)

    def outer(at):
        return clean_loss(look_ahead(bilevel, losses, params, carried.optimiser, at))

    double_backward = -jax.grad(outer)(weights) / bilevel.learning_rate
    size = 1e-5
    pairs = [(outer(weights + size * unit), outer(weights - size * unit)) for unit in jnp.eye(N)]
    differences = -jnp.array([up - down for up, down in pairs]) / (2 * size * bilevel.learning_rate)
    scale = float(abs(double_backward).max())
    assert scale > 1e-4
    np.testing.assert_allclose(seen.couplings, double_backward, atol=1e-12 * max(scale, 1))
    np.testing.assert_allclose(seen.couplings, differences, atol=1e-8)


@pytest.mark.parametrize("network", NETWORKS)
def test_at_theta_it_is_the_inner_product_of_gradients(network):
    params, losses, clean_loss = NETWORKS[network](random.key(2))
    bilevel = Bilevel(PersistentWeights(1.0), 0.1, ahead=False)
    _, _, seen = step(
        bilevel, losses, clean_loss, params, bilevel.init(random.key(0), params, N), IDS
    )
    flat = jax.vmap(lambda tree: jax.flatten_util.ravel_pytree(tree)[0])
    rows = flat(jax.jacobian(lambda at: losses(at)[0])(params))
    slope = jax.flatten_util.ravel_pytree(jax.grad(clean_loss)(params))[0]
    np.testing.assert_allclose(seen.couplings, rows @ slope, atol=1e-12)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("network", NETWORKS)
def test_a_step_is_the_papers_step(rule, network):
    """Three steps against the printed updates, with the hypergradient by double backward."""
    params, losses, clean_loss = NETWORKS[network](random.key(3))
    bilevel, rate = Bilevel(RULES[rule], 0.05), 0.05
    carried = bilevel.init(random.key(4), params, N)
    theta, state = params, carried.rule
    for _ in range(3):
        params, carried, seen = step(bilevel, losses, clean_loss, params, carried, IDS)
        state, weights = printed(rule, state, losses, clean_loss, theta, rate)
        gradient = jax.grad(lambda at, w=weights: w @ losses(at)[0])(theta)
        theta = jax.tree.map(lambda value, by: value - rate * by, theta, gradient)
        np.testing.assert_allclose(seen.weights, weights, atol=1e-12)
    for one, other in zip(jax.tree.leaves(params), jax.tree.leaves(theta), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def printed(rule, state, losses, clean_loss, theta, rate):
    def outer(weights):
        gradient = jax.grad(lambda at: weights @ losses(at)[0])(theta)
        return clean_loss(jax.tree.map(lambda value, by: value - rate * by, theta, gradient))

    values = losses(theta)[0]
    if rule == "persistent":
        new = np.clip(state - 0.3 / rate * jax.grad(outer)(state), 0, 1)
        return new, new
    if rule == "fresh":
        positive = np.maximum(-jax.grad(outer)(jnp.zeros(N)), 0)
        return state, positive / positive.sum()
    slope = jax.grad(lambda at: outer(at(values)))(state)
    new = jax.tree.map(lambda value, by: value - 0.05 / rate * by, state, slope)
    return new, new(values)


def test_weights_are_revised_every_third_step_and_only_those_of_the_batch():
    params, losses, clean_loss = two_layer(random.key(5))
    bilevel = Bilevel(PersistentWeights(1.0, every=3), 0.05)
    carried = bilevel.init(random.key(0), params, 2 * N)
    looked, rules = [], [carried.rule]
    for _ in range(7):
        params, carried, seen = step(bilevel, losses, clean_loss, params, carried, IDS + N)
        looked.append(bool(jnp.isfinite(seen.couplings).all()))
        rules.append(carried.rule)
    assert looked == [True, False, False, True, False, False, True]
    changed = [bool((one != other).any()) for one, other in zip(rules[1:], rules[:-1], strict=True)]
    assert [c <= seen for c, seen in zip(changed, looked, strict=True)] == [True] * 7
    assert changed[0]
    assert (carried.rule[:N] == 0.5).all(), "examples outside the batch keep their weights"


def test_no_learning_rate_is_legal():
    params, losses, clean_loss = two_layer(random.key(6))
    bilevel = Bilevel(PersistentWeights(0.2), 0.0)
    after, _, seen = step(
        bilevel, losses, clean_loss, params, bilevel.init(random.key(0), params, N), IDS
    )
    assert (after == params).all()
    assert bool(jnp.isfinite(seen.weights).all())
    assert bool((seen.weights != 0.5).any())


def test_extra_results_of_the_losses_come_along():
    params, losses, clean_loss = convolutional(random.key(7))
    bilevel = Bilevel(FreshWeights(), 0.1)
    _, _, seen = step(
        bilevel, losses, clean_loss, params, bilevel.init(random.key(0), params, N), IDS
    )
    np.testing.assert_allclose(seen.extra, losses(params)[1], atol=1e-15)
