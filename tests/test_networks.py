"""Each network computes its formula, and starts from the law it names."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from by_hand import activated
from jax import random
from scipy.stats import kstest

import sigspike as ss
from sigspike.models.examples import Atoms, Examples
from sigspike.models.frames import Ambient

N, M, P = 5, 3, 2
NUMBERS = np.random.default_rng(0)
MEMBER = np.array([0, 1, 1, 0, 1])
BLANK = Examples(
    jnp.zeros((2, 1)),
    jnp.ones(2),
    jnp.eye(2)[MEMBER][:, None],
    jnp.zeros((N, P, 1)),
    jnp.ones(N),
    jnp.ones(N),
    True,
)


def overlaps(n_signs):
    """Pre-activations of two signal atoms and of every noise patch."""
    return Atoms(
        *(jnp.asarray(NUMBERS.standard_normal((n_signs, M, *own))) for own in ((2,), (N, P)))
    )


def patches(given):
    """The pre-activations (sign, neuron) of every patch of a sample."""
    signal, noise = np.asarray(given.signal), np.asarray(given.noise)
    return [[signal[..., MEMBER[i]], *(noise[..., i, p] for p in range(P))] for i in range(N)]


@pytest.mark.law
@pytest.mark.parametrize(
    "network", zoo.variants(ss.PatchCNN) + zoo.activated(ss.PatchCNN), ids=zoo.label
)
def test_patch_cnn_is_its_formula(network):
    given, sigma = overlaps(2), lambda z: activated(network.activation, z)[0]
    shape = (M if network.filters == "mean" else 1) * (1 + P if network.patches == "mean" else 1)
    trained = network.second_layer == "trained"
    upper = NUMBERS.standard_normal((2, M)) if trained else np.ones((2, M))
    expected = [
        sum((upper * sigma(z)).sum(1) @ [-1, 1] for z in sample) / shape
        for sample in patches(given)
    ]
    found = network.logits(jnp.asarray(upper) if trained else (), given, BLANK)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.law
@pytest.mark.parametrize(
    "network", zoo.variants(ss.ThreeLayerCNN) + zoo.activated(ss.ThreeLayerCNN), ids=zoo.label
)
def test_three_layer_cnn_is_its_formula(network):
    upper, given = NUMBERS.standard_normal((2, M, M)), overlaps(1)
    sigma = lambda z: activated(network.activation, z)[0]  # noqa: E731
    shape = M * (1 + P if network.patches == "mean" else 1)
    expected = [
        sum(sigma(upper @ sigma(z[0])).sum(1) @ [-1, 1] for z in sample) / shape
        for sample in patches(given)
    ]
    np.testing.assert_allclose(
        network.logits(jnp.asarray(upper), given, BLANK),
        expected,
        rtol=1e-5,
        atol=1e-6 * np.abs(expected).max(),
    )


@pytest.mark.law
@pytest.mark.parametrize("kind", zoo.concrete(ss.PatchwiseNetwork))
def test_the_mean_over_patches_counts_those_that_a_sample_has(kind, tolerance):
    """Samples of a kernel have one patch, and no signal."""
    overlaps = Atoms(
        jnp.zeros((kind.n_signs, M, 0)),
        jnp.asarray(NUMBERS.standard_normal((kind.n_signs, M, N, 1))),
    )
    kernel = Examples(
        jnp.zeros((0, 1)),
        jnp.zeros(0),
        jnp.zeros((N, 0, 0)),
        jnp.zeros((N, 1, 1)),
        jnp.ones(N),
        jnp.ones(N),
        True,
    )
    one, other = (zoo.specimen(kind, patches=patches) for patches in ("sum", "mean"))
    upper = one.upper(random.key(0))
    logits = [network.logits(upper, overlaps, kernel) for network in (one, other)]
    np.testing.assert_allclose(*logits, rtol=tolerance)


@pytest.mark.law
@pytest.mark.parametrize(
    "network", [zoo.specimen(kind) for kind in zoo.concrete(ss.Network)], ids=zoo.label
)
def test_the_order_of_the_noise_patches_plays_no_part(network, tolerance):
    given, upper = overlaps(network.n_signs), network.upper(random.key(0))
    turned = Atoms(given.signal, given.noise[..., ::-1])
    logits = [network.logits(upper, at, BLANK) for at in (given, turned)]
    np.testing.assert_allclose(*logits, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("kind", zoo.concrete(ss.Network))
@pytest.mark.parametrize(("law", "expected"), [("gaussian", "norm"), ("uniform", "uniform")])
def test_initial_filters_have_their_law_and_scale(kind, law, expected):
    network = zoo.wide(kind, 50, init_std=0.1, init=law, bias=True)
    filters = jax.jit(lambda key: network.first(key, Ambient(20)))(random.key(0))
    assert filters.shape == (network.n_banks, network.width, 21)
    values = np.asarray(filters) / 0.1
    values = values if law == "gaussian" else (values / 3**0.5 + 1) / 2
    assert kstest(values[..., :-1].ravel(), expected).pvalue > 1e-3
    assert kstest(values[..., -1].ravel(), expected).pvalue > 1e-3


def test_upper_weights_have_their_gain():
    upper = ss.ThreeLayerCNN(40, upper_gain=3.0).upper(random.key(0))
    assert upper.shape == (2, 40, 40)
    assert kstest(np.asarray(upper).ravel() * 40**0.5 / 3, "norm").pvalue > 1e-3
