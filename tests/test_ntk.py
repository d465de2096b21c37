"""The neural tangent kernel: the kernel that training sees, and its mean over the weights."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import random

import sigspike as ss
from sigspike.training.spaces import SPACES

OPTIONS = [
    {},
    {"activation": ss.ReLUPower(1)},
    {"filters": "sum", "patches": "mean"},
    {"bias": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_closed_form_is_the_mean_over_weights(options):
    network = ss.PatchCNN(2000, init_std=0.3, **options)
    patches = jnp.asarray(np.random.default_rng(0).standard_normal((5, 2, 4)))
    draws = network.init_std * random.normal(random.key(0), (20, 2, 2000, 5 if network.bias else 4))
    found = jax.lax.map(lambda filters: ss.theory.empirical_ntk(network, filters, patches), draws)
    error = np.asarray(found.std(0)) / 20**0.5
    assert (abs(found.mean(0) - ss.theory.infinite_ntk(network, patches)) < 5 * error + 1e-6).all()
    assert (error < 0.02 * abs(found.mean(0)).max()).all()


@pytest.mark.skipif(FLOAT32, reason="a step of 1e-6 needs float64")
def test_it_is_the_kernel_that_training_sees():
    """One small step of gradient descent moves f by −(η/n) K ∂ℓ."""
    network = zoo.specimen(ss.PatchCNN, init_std=0.3)
    drawn = zoo.explicit(zoo.experiment(network=network))
    data, space = drawn.train, SPACES["weights"](drawn.train, drawn.first)
    patches = jnp.stack([data.membership[:, 0] @ data.signal, data.noise[:, 0]], 1)
    kernel = ss.theory.empirical_ntk(network, drawn.first, patches)
    start = space.start(drawn.upper)
    before = network.logits((), space.overlaps(start), data)
    noise = zoo.noises(ss.GradientDescent(1e-6), jax.random.key(0), 1)
    walked = zoo.walk("weights", network, ss.GradientDescent(1e-6), drawn, noise, 1)
    after = network.logits(
        (), space.overlaps(replace(start, first=replace(start.first, weights=walked.filters))), data
    )
    pull = -data.label / (1 + jnp.exp(data.label * before))
    np.testing.assert_allclose(
        (after - before) / 1e-6, -kernel @ pull / zoo.N_SAMPLES, rtol=1e-4, atol=1e-8
    )


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (ss.PatchCNN(3, activation=ss.ReLUPower(3)), "power"),
        (ss.PatchCNN(3, activation=ss.Leaky(0.2)), "activation"),
        (ss.PatchCNN(3, init="uniform"), "init"),
        (ss.ThreeLayerCNN(3), "network"),
    ],
)
def test_refusals(network, words):
    # The hook of jaxtyping would answer first for what is no PatchCNN.
    closed_form = getattr(ss.theory.infinite_ntk, "__wrapped__", ss.theory.infinite_ntk)
    with pytest.raises(ss.Refusal, match=words):
        closed_form(network, jnp.ones((2, 1, 3)))
