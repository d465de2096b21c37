"""Sampling in the span of a run's vectors has the law of explicit vectors (Kolmogorov–Smirnov)."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import FLOAT32
from jax import lax, random
from scipy.stats import ks_2samp

import sigspike as ss
from sigspike.models.frames import turn
from sigspike.simulation.simulation import draw, train

N_RUNS, N_FILTERS, N_NOISES = 600, 4, 4
PARTS = (
    ss.SignalNoise(8, 1.5, 0.5),
    ss.PatchCNN(N_FILTERS // 2, init_std=0.3),
    ss.GradientDescent(1.0),
)
GAUSSIAN = ss.Experiment(*PARTS, n_samples=N_NOISES, n_steps=40, record_at=(40,), n_test=50)
UNIFORM = ss.put(ss.put(GAUSSIAN, "network.init", "uniform"), "problem.orthogonal", False)


@eqx.filter_jit
def runs(setting, dim, explicit_dim):
    """The Gram matrices of (μ, initial filters, noises, a test noise) of many runs, and their last
    records.

    The test noise is seen through the filters alone.
    """

    def one(key):
        key_draw, key_train = random.split(key)
        at = ss.put(setting, "problem.dim", dim)
        run = draw(at, key_draw, explicit_dim)
        rows = jnp.concatenate(
            [run.train.signal[1:], run.first.reshape(N_FILTERS, -1), run.train.noise[:, 0]]
        )
        gram = jnp.pad(rows @ rows.T, (0, 1), constant_values=jnp.nan)
        seen = (
            run.first
            if run.test.noise.shape[-1] == rows.shape[1]
            else turn(run.first, 1, rows.shape[1] - 1)
        )
        gram = gram.at[TEST, jnp.array(FILTERS)].set((seen @ run.test.noise[0, 0]).ravel())
        return gram, jax.tree.map(lambda x: x[-1], train(at, run, key_train))

    return lax.map(one, random.split(random.key(0), N_RUNS))


def sampled(setting, dim, explicit_dim=None):
    return runs(setting, jnp.asarray(dim, float), explicit_dim)


def explicit(dim, law, orthogonal):
    """The same Gram matrices from vectors in R^d, written down in NumPy."""
    source, grams = np.random.default_rng(1), []
    for _ in range(N_RUNS):
        mu, unit = 1.5 * np.eye(1, dim), source.standard_normal((N_NOISES + 1, dim))
        unit[:, 0] *= not orthogonal
        shape = N_FILTERS, dim
        filters = (
            source.standard_normal(shape)
            if law == "gaussian"
            else source.uniform(-(3**0.5), 3**0.5, shape)
        )
        rows = np.concatenate([mu, 0.3 * filters, 0.5 * unit])
        grams.append(rows @ rows.T)
    return np.stack(grams)


MU, FILTERS, NOISES, TEST = 0, [1, 2, 3, 4], [5, 6, 7, 8], 9
STATISTICS = {
    "length of a noise": lambda g: np.sqrt(g[:, 5, 5]),
    "length of the last noise": lambda g: np.sqrt(g[:, 8, 8]),
    "length of a filter": lambda g: np.sqrt(g[:, 1, 1]),
    "two noises": lambda g: g[:, 5, 6],
    "the last two noises": lambda g: g[:, 7, 8],
    "two filters": lambda g: g[:, 1, 2],
    "a filter and a noise": lambda g: g[:, 1, 8],
    "a filter and the signal": lambda g: g[:, 1, MU],
    "three noises": lambda g: g[:, 5, 6] * g[:, 6, 7] * g[:, 7, 5],
    "largest eigenvalue": lambda g: np.linalg.eigvalsh(g[:, 1:TEST, 1:TEST])[:, -1],
    "test noise and two filters": lambda g: g[:, TEST, 1] * g[:, TEST, 3],
    "test noise and a filter": lambda g: g[:, TEST, 2],
}


def p_values(one, other):
    return {
        name: ks_2samp(measure(np.asarray(one)), measure(other)).pvalue
        for name, measure in STATISTICS.items()
    }


@pytest.mark.law
@pytest.mark.parametrize("dim", [5, 10, 2000])
def test_overlaps_in_the_span_have_the_law_of_explicit_ones(dim):
    values = p_values(sampled(GAUSSIAN, dim)[0], explicit(dim, "gaussian", orthogonal=True))
    assert min(values.values()) > 1e-3, values


@pytest.mark.law
@pytest.mark.parametrize("dim", [10, 2000])
def test_a_dimension_off_by_a_fifth_is_noticed(dim):
    values = p_values(sampled(GAUSSIAN, 1.2 * dim)[0], explicit(dim, "gaussian", orthogonal=True))
    assert values["length of a noise"] < 1e-3


@pytest.mark.law
@pytest.mark.parametrize("dim", [7])
def test_overlaps_with_uniform_filters_have_the_law_of_explicit_ones(dim):
    grams = sampled(UNIFORM, dim, dim)[0]
    values = p_values(grams, explicit(dim, "uniform", orthogonal=False))
    assert min(values.values()) > 1e-3, values
    assert p_values(grams, explicit(dim, "gaussian", orthogonal=False))["length of a filter"] < 1e-3


def test_few_dimensions_hold_few_independent_vectors():
    grams = sampled(GAUSSIAN, 4)[0]
    assert set(np.linalg.matrix_rank(grams[:, NOISES][:, :, NOISES], rtol=1e-9)) == {3}
    assert set(np.linalg.matrix_rank(grams[:, :TEST, :TEST], rtol=1e-9)) == {4}


@pytest.mark.skipif(FLOAT32, reason="a length of 3e4 has no third decimal in float32")
def test_lengths_in_a_billion_dimensions_keep_their_spread():
    grams = sampled(GAUSSIAN, 1e9)[0]
    lengths = np.sqrt(np.diagonal(grams, axis1=1, axis2=2)[:, NOISES]).ravel() / 0.5
    error = 0.5**0.5 / len(lengths) ** 0.5
    assert abs(lengths.mean() - (1e9 - 1) ** 0.5) < 4 * error
    assert abs(lengths.std() - 0.5**0.5) < 4 * error / 2**0.5


@pytest.mark.law
def test_training_in_the_span_has_the_law_of_training_in_weights():
    span, wrong = (sampled(GAUSSIAN, dim)[1] for dim in (12, 18))
    weights = sampled(ss.put(GAUSSIAN, "space", "weights"), 12, 12)[1]
    for name, measure in {
        "test error": lambda record: record.test_error,
        "training loss": lambda record: record.train_loss,
        "largest gamma": lambda record: np.max(record.gamma, axis=(1, 2)),
        "largest rho": lambda record: np.max(record.rho_bar, axis=(1, 2, 3)),
    }.items():
        assert ks_2samp(measure(span), measure(weights)).pvalue > 1e-3, name
        assert ks_2samp(measure(wrong), measure(weights)).pvalue < 0.05, name
