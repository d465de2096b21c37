"""Each data model draws what its docstring says."""

import equinox as eqx
import jax
import numpy as np
import pytest
import zoo
from jax import random
from scipy.stats import binomtest, chisquare, kstest

import sigspike as ss
from sigspike.models.frames import Ambient
from sigspike.simulation.simulation import draw

N_SAMPLES = 4000


@eqx.filter_jit
def sample(problem, dim, n_samples=N_SAMPLES, n_test=N_SAMPLES):
    """A training and a test set in R^d."""
    key_train, key_test = random.split(random.key(0))
    train = problem.train(key_train, Ambient(dim), n_samples)
    return train, problem.test(key_test, Ambient(dim), n_test, train)


@pytest.fixture(scope="module")
def flipped():
    return sample(
        ss.SignalNoise(
            3, 2.0, 0.5, flip_rate_positive=0.1, flip_rate_negative=0.3, flip_test_labels=True
        ),
        3,
    )


@pytest.fixture(scope="module")
def reused():
    """D_test with extra noise, from noise that is not orthogonal."""
    problem = ss.SignalNoise(
        3,
        2.0,
        0.5,
        orthogonal=False,
        flip_rate_positive=0.2,
        test_noise="training",
        extra_test_std=1e-3,
    )
    return sample(problem, 3, 50)


@pytest.mark.parametrize("part", [0, 1], ids=["train", "test"])
@pytest.mark.parametrize(("sign", "rate"), [(1, 0.1), (-1, 0.3)])
def test_labels_are_flipped_at_the_rate_of_their_class(flipped, part, sign, rate):
    examples = flipped[part]
    own = np.asarray(examples.truth == sign)
    wrong = int(np.sum(own & np.asarray(examples.label != examples.truth)))
    assert binomtest(wrong, int(own.sum()), rate).pvalue > 1e-3
    assert binomtest(int(own.sum()), N_SAMPLES, 0.5).pvalue > 1e-3


def test_test_labels_are_clean_unless_told(reused):
    train, test = reused
    assert np.any(train.label != train.truth)
    np.testing.assert_array_equal(test.label, test.truth)


def test_the_signal_patch_is_the_true_label_times_mu(flipped):
    for examples in flipped:
        np.testing.assert_array_equal(
            examples.membership[:, 0] @ examples.signal,
            np.outer(examples.truth, np.array([2.0, 0, 0])),
        )


def test_orthogonal_noise_is_orthogonal_to_the_signal_and_gaussian_elsewhere(flipped):
    for examples in flipped:
        assert not np.any(examples.noise @ examples.signal.T)
        assert kstest(np.asarray(examples.noise[..., 1:]).ravel() / 0.5, "norm").pvalue > 1e-3


def test_other_noise_is_gaussian_along_the_signal_too(reused):
    train, _ = reused
    assert kstest(np.asarray(train.noise).ravel() / 0.5, "norm").pvalue > 1e-3


def test_training_noise_returns_in_the_test_whatever_the_label(reused):
    train, test = (np.asarray(part.noise[:, 0]) for part in reused)
    distance = np.linalg.norm(test[:, None] - train[None], axis=2)
    source = distance.argmin(axis=1)
    assert kstest((test - train[source]).ravel() / 1e-3, "norm").pvalue > 1e-3
    assert chisquare(np.bincount(source, minlength=50)).pvalue > 1e-3
    assert len(set(source[:50])) < 50
    agreements = int(np.sum(np.asarray(reused[0].label)[source] == np.asarray(reused[1].label)))
    assert binomtest(agreements, N_SAMPLES, 0.5).pvalue > 1e-3


@pytest.mark.parametrize("space", ["coefficients", "weights"])
def test_noise_of_the_clean_subset_does_not_return_in_the_test(space):
    problem = zoo.specimen(ss.SignalNoise, test_noise="training")
    algorithm = zoo.specimen(ss.MetaReweighting)
    setting = zoo.experiment(problem, algorithm=algorithm, n_test=200, space=space)
    drawn = jax.jit(lambda key: draw(setting, key, setting.explicit_dim))(random.key(0))
    train, test = (np.asarray(part.noise[:, 0]) for part in (drawn.train, drawn.test))
    source = np.linalg.norm(test[:, None] - train[None], axis=2).argmin(axis=1)
    np.testing.assert_array_equal(test, train[source])
    assert set(source) == set(range(zoo.N_SAMPLES))


@pytest.mark.law
@pytest.mark.parametrize("space", ["coefficients", "weights"])
def test_without_a_signal_gamma_is_zero_and_noise_is_learnt(space):
    setting = zoo.experiment(zoo.specimen(ss.SignalNoise, signal_strength=0.0))
    record = zoo.learn(ss.put(setting, "space", space), zoo.explicit(setting), random.key(1))
    assert not np.any(record.gamma)
    assert np.all(record.diverged_at == -1)
    assert record.rho_bar[-1].max() > 0.1


def test_snr_is_the_ratio_of_the_papers():
    assert ss.SignalNoise(400, 3.0, 0.5).snr == pytest.approx(3 / (0.5 * 20))


def images(**options):
    """Four by four images whose pixels all name the image: 1, 2, …"""
    names = np.arange(1, 31)
    pixels = names[:, None, None] * np.ones((1, 4, 4))
    sides = np.where(names % 2, 1, -1)
    return ss.ImagePatches(pixels, sides, 100 + pixels, sides, 5.0, normalization=2.0, **options)


def test_image_patches_share_the_pixels_and_images_are_drawn_once():
    for examples, first in zip(sample(images(), 16, 20, 30), (0, 100), strict=True):
        names = 2 * np.asarray(examples.signal[:, 0]) - first
        assert len(set(names)) == len(names)
        np.testing.assert_array_equal(
            examples.signal, np.tile((names + first)[:, None] / 2, (1, 16))
        )
        np.testing.assert_array_equal(examples.label, np.where(names % 2, 1, -1))
        np.testing.assert_array_equal(examples.polarity, examples.label)
        assert np.all(examples.noise != 0)


def test_border_patches_have_disjoint_supports():
    problem = images(layout="border", border=2)
    assert problem.patch_dim == 64
    train, _ = sample(problem, 64, 20, 30)
    canvas = np.asarray(train.signal).reshape(-1, 8, 8)
    noise = np.asarray(train.noise).reshape(-1, 8, 8)
    inside = np.pad(np.ones((4, 4), bool), 2)
    assert np.all(canvas[:, inside] > 0)
    assert not np.any(canvas[:, ~inside])
    assert not np.any(noise[:, inside])
    assert kstest(noise[:, ~inside].ravel() / 5, "norm").pvalue > 1e-3


def test_colour_images_have_a_channel_more():
    pixels = np.random.default_rng(0).random((6, 4, 5, 3))
    problem = ss.ImagePatches(
        pixels, [-1, 1] * 3, pixels, [-1, 1] * 3, 1.0, layout="border", border=1
    )
    assert problem.patch_dim == 6 * 7 * 3
    shapes = jax.eval_shape(lambda: sample(problem, problem.patch_dim, 4, 4))[0]
    assert shapes.signal.shape == (4, 126)


def test_mnist_gives_zeros_against_ones(data_dir):
    problem = ss.ImagePatches.mnist(data_dir / "mnist")
    counts = [
        int(np.sum(labels == side))
        for labels in (problem.labels, problem.test_labels)
        for side in (-1, 1)
    ]
    assert counts == [5923, 6742, 980, 1135]
    assert (problem.patch_dim, float(problem.images.max())) == (784, 255)
    train, _ = sample(problem, 784, 10, 10)
    assert 255 / 80 >= float(train.signal.max()) > 2
