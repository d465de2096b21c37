"""Patches that combine atoms have the vectors that their data models name."""

import numpy as np
import pytest
from jax import random
from scipy.stats import binomtest, kstest

import sigspike as ss
from sigspike.models.frames import Ambient
from sigspike.training.spaces import SPACES

DIM, N = 12, 4000


def vectors(problem, seed=0, n_clean=0):
    """Every patch of every sample (sample, patch, coordinate), and the samples."""
    drawn = problem.train(random.key(seed), Ambient(DIM), N, n_clean)
    shared = np.einsum("isa,ad->isd", drawn.membership, drawn.signal)
    own = np.asarray(drawn.noise)
    if drawn.mixed is not None:
        own = own + np.asarray(drawn.mixed) @ np.asarray(drawn.signal)
    return np.concatenate([shared, own], axis=1), drawn


def normal(values, std):
    """Whether numbers may be i.i.d. N(0, std²)."""
    return kstest(np.ravel(values) / std, "norm").pvalue > 1e-4


def test_one_vector_is_signal_and_noise_in_one_patch():
    patches, drawn = vectors(ss.OneVector(DIM, 3.0, 0.5))
    assert patches.shape == (N, 1, DIM)
    signal = np.outer(drawn.truth, 3.0 * np.eye(DIM)[0])
    assert normal(patches[:, 0] - signal, 0.5)


def test_the_share_of_the_signal_is_that_of_the_mixture():
    """x = √γ y v + √(1 − γ) g with g ~ N(0, (I − v vᵀ)/d)."""
    plain = ss.OneVector(DIM, 1.0, 1.0, orthogonal=True)
    patches, drawn = vectors(plain.with_signal_share(0.3))
    x = patches[:, 0]
    np.testing.assert_allclose(x[:, 0], 0.3**0.5 * drawn.truth, rtol=1e-5)
    assert normal(x[:, 1:], (0.7 / DIM) ** 0.5)


def test_noise_in_the_patch_of_the_signal_has_the_law_of_all_noise():
    patches, drawn = vectors(
        ss.SignalNoise(DIM, 2.0, 0.5, orthogonal=False, n_noise_patches=2, noisy_signal=True)
    )
    assert patches.shape == (N, 3, DIM)
    patches[:, 0] -= np.outer(drawn.truth, 2.0 * np.eye(DIM)[0])
    assert normal(patches, 0.5)


def test_noise_that_depends_on_the_class():
    problem = ss.ManyClasses(n_classes=3, dim=DIM, signal_strength=0.0, noise_std=0.5)
    patches, drawn = vectors(ss.put(problem, "noise_ratio", 4.0))
    for k, std in enumerate((0.5, 1.0, 2.0)):
        assert normal(patches[np.asarray(drawn.truth) == k, 1], std)


def test_sparse_noise_has_its_support_off_the_signal():
    patches, _ = vectors(ss.SparseNoise(DIM, 2.0, 0.5, support=4))
    noise = patches[:, 1]
    assert (np.count_nonzero(noise, axis=1) == 4).all()
    assert not noise[:, 0].any()
    assert normal(noise[noise != 0], 0.5)
    hits = np.count_nonzero(noise[:, 1:], axis=0)
    assert min(binomtest(int(hit), N, 4 / (DIM - 1)).pvalue for hit in hits) > 1e-5


def test_leaks_are_multiples_of_signals():
    plain = ss.ManyClasses(n_classes=3, dim=DIM, signal_strength=2.0, noise_std=0.0)
    three = ss.put(plain, "n_noise_patches", 3)
    mu = 2.0 * np.eye(DIM)[:3]
    patches, drawn = vectors(ss.put(three, "leak", ss.FeatureNoise(0.2)))
    own = mu[np.asarray(drawn.truth, int)]
    np.testing.assert_allclose(patches, np.stack([own, *[-0.2 * own] * 3], 1), atol=1e-6)
    patches, drawn = vectors(ss.put(three, "leak", ss.WeakSignals(0.3, 0.1)))
    own = mu[np.asarray(drawn.truth, int)]
    np.testing.assert_allclose(patches[:, 1], 0.3 * own, atol=1e-6)
    other = patches[:, 2] @ mu.T / 0.4  # one-hot
    assert not patches[:, 3].any()
    np.testing.assert_allclose(np.sort(other, 1), np.tile([0, 0, 1.0], (N, 1)), atol=1e-6)
    ahead = (np.argmax(other, 1) - np.asarray(drawn.truth, int)) % 3
    assert set(ahead) == {1, 2}
    assert binomtest(int(np.sum(ahead == 1)), N, 0.5).pvalue > 1e-4


@pytest.mark.parametrize("one_patch", [False, True])
def test_features_are_there_and_agree_as_often_as_they_say(one_patch):
    problem = ss.Features(
        DIM,
        2.0,
        0.0,
        first=ss.Feature(1.0, presence=0.7),
        second=ss.Feature(0.5, agreement=0.9),
        one_patch=one_patch,
    )
    patches, drawn = vectors(problem)
    assert patches.shape == (N, 2 if one_patch else 3, DIM)
    found = patches.sum(1)[:, :2] / np.array([2.0, 1.0]) * np.asarray(drawn.truth)[:, None]
    assert set(np.round(found[:, 0], 5)) == {0, 1}
    assert binomtest(int(found[:, 0].sum().round()), N, 0.7).pvalue > 1e-4
    assert set(np.round(found[:, 1], 5)) == {-1, 1}
    assert binomtest(int((found[:, 1] > 0).sum()), N, 0.9).pvalue > 1e-4


def test_test_laws_of_features():
    problem = ss.Features(DIM, 2.0, 0.0, second=ss.Feature(0.5))

    def tested(law):
        at = ss.put(problem, "test_law", law)
        drawn = at.test(random.key(1), Ambient(DIM), N, at.train(random.key(0), Ambient(DIM), 4))
        summed = np.einsum("isa,ad->id", drawn.membership, drawn.signal)
        return summed[:, :2] / np.array([2.0, 1.0]) * np.asarray(drawn.truth)[:, None]

    np.testing.assert_allclose(tested("same"), 1, atol=1e-6)
    np.testing.assert_allclose(tested("without_first"), np.tile([0, 1.0], (N, 1)), atol=1e-6)
    independent = tested("independent")
    np.testing.assert_allclose(independent[:, 0], 1, atol=1e-6)
    assert binomtest(int((independent[:, 1] > 0).sum()), N, 0.5).pvalue > 1e-4


def test_a_bias_is_one_in_every_patch():
    """Also in one that holds multiples of signals, whose constants do not add up."""
    problem = ss.OneVector(DIM, 3.0, 0.5)
    network = ss.LinearModel(init_std=1.0, bias=True)
    drawn = problem.train(random.key(0), Ambient(DIM), 6)
    first = network.first(random.key(1), Ambient(DIM))
    for kind in SPACES.values():
        space = kind(drawn, first)
        found = drawn.patches(space.overlaps(space.start(())))
        x = np.outer(drawn.truth, 3.0 * np.eye(DIM)[0]) + np.asarray(drawn.noise[:, 0])
        expected = x @ np.asarray(first[0, 0, :-1]) + float(first[0, 0, -1])
        np.testing.assert_allclose(found.noise[0, 0, :, 0], expected, rtol=1e-4, atol=1e-5)
