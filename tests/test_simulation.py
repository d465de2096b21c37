"""simulate: shapes, recording, divergence, derivatives, compilation."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import random

import sigspike as ss
from sigspike.models.losses import Logistic
from sigspike.simulation import simulation
from sigspike.training.spaces import SPACES

EXAMPLE = ss.Experiment(
    ss.SignalNoise(dim=2000, signal_strength=2.0, noise_std=0.5),
    ss.PatchCNN(width=5),
    ss.LabelNoiseGD(learning_rate=1.0, flip_rate=0.1),
    n_samples=20,
    n_steps=200,
    n_test=50,
)
NOISY = zoo.specimen(ss.LabelNoiseGD)


@pytest.fixture(scope="module")
def drawn():
    return zoo.explicit(zoo.experiment())


@pytest.fixture(scope="module")
def example():
    return ss.simulate(EXAMPLE, random.key(0))


def test_the_record_of_a_run_has_time_in_front(example):
    assert list(example.step) == list(range(0, 201, 2))
    assert example.gamma.shape == (101, 2, 5)
    assert example.rho_bar.shape == example.rho_underline.shape == (101, 2, 5, 20)
    assert example.margin.shape == (101, 20)
    assert example.test_error.shape == example.train_loss.shape == (101,)
    dataset = ss.named_axes(example)
    assert dataset["gamma"].dims == ("time", "sign", "neuron")
    assert dataset["rho_bar"].dims == ("time", "sign", "neuron", "sample")
    assert list(dataset["time"]) == list(example.step)
    assert list(dataset["sign"]) == [-1, 1]


def test_several_noise_patches_come_last():
    several = ss.put(EXAMPLE, "problem.n_noise_patches", 3)
    record = eqx.filter_eval_shape(ss.simulate, several, random.key(0))
    assert record.rho_bar.shape == (101, 2, 5, 20, 3)
    assert record.gamma.shape == (101, 2, 5)


def test_the_start_of_a_run(example):
    assert not any(
        np.any(series[0]) for series in (example.gamma, example.rho_bar, example.rho_underline)
    )
    assert example.train_loss[0] == pytest.approx(np.log(2), abs=1e-2)
    assert example.train_loss[-1] < 0.5


@pytest.mark.law
def test_what_is_recorded_follows_from_the_margins(example):
    margin = example.margin
    np.testing.assert_allclose(example.train_loss, np.mean(Logistic()(margin), axis=1), rtol=1e-5)
    np.testing.assert_allclose(example.train_accuracy, np.mean(margin > 0, axis=1), rtol=1e-5)
    error = example.test_error
    np.testing.assert_allclose(example.test_error_se, np.sqrt(error * (1 - error) / 50), atol=1e-6)
    assert not np.any((example.rho_bar != 0) & (example.rho_underline != 0))


def test_records_do_not_depend_on_how_many_there_are(drawn):
    setting = zoo.experiment(algorithm=NOISY)
    every_step, at, last = (
        zoo.learn(
            ss.put(ss.put(setting, "record_every", every), "record_at", at), drawn, random.key(1)
        )
        for every, at in ((1, None), (None, (0, 7, 30, 130, 299)), (None, (299,)))
    )
    for name, series in vars(every_step).items():
        np.testing.assert_array_equal(
            getattr(at, name), series[np.array([0, 7, 30, 130, 299])], err_msg=name
        )
        np.testing.assert_array_equal(getattr(last, name)[0], series[299], err_msg=name)


@pytest.mark.law
@pytest.mark.parametrize("space", SPACES)
def test_divergence_is_dated(space, drawn):
    wild = ss.put(
        zoo.experiment(algorithm=ss.LabelNoiseGD(1e3, 0.4), record_every=1), "space", space
    )
    record = zoo.learn(wild, drawn, random.key(1))
    finite = np.isfinite(record.gamma).all((1, 2)) & np.isfinite(
        record.rho_bar + record.rho_underline
    ).all((1, 2, 3))
    first = int(np.argmin(finite & np.isfinite(record.margin).all(1)))
    assert 0 < first < 300
    np.testing.assert_array_equal(record.diverged_at, np.where(np.arange(301) < first, -1, first))
    assert np.all(np.isnan(record.test_error[first:]) & np.isnan(record.train_loss[first:]))
    calm = zoo.learn(ss.put(wild, "algorithm.learning_rate", 0.1), drawn, random.key(1))
    assert np.all(calm.diverged_at == -1)
    assert np.all(np.isfinite(calm.test_error))


@pytest.mark.law
def test_a_batch_of_keys_is_its_runs(drawn, tolerance):
    setting, keys = zoo.experiment(algorithm=NOISY), random.split(random.key(3), 3)
    batch = jax.jit(jax.vmap(lambda key: simulation.train(setting, drawn, key)))(keys)
    for index, key in enumerate(keys):
        alone = zoo.learn(setting, drawn, key)
        assert zoo.difference(zoo.cell(batch, index), alone) < tolerance


@pytest.mark.skipif(FLOAT32, reason="finite differences need float64")
def test_simulate_has_derivatives():
    paths = ("algorithm.learning_rate", "problem.signal_strength", "network.init_std")
    setting = zoo.experiment(network=ss.PatchCNN(3, init_std=0.1), n_steps=20, record_every=20)

    @jax.jit
    @jax.value_and_grad
    def final_loss(numbers):
        at = setting
        for path, number in zip(paths, numbers, strict=True):
            at = ss.put(at, path, number)
        return ss.simulate(at, random.key(0)).train_loss[-1]

    here, step = jnp.array([0.3, 2.0, 0.1]), 1e-5
    slopes = [
        (final_loss(here + step * e)[0] - final_loss(here - step * e)[0]) / (2 * step)
        for e in jnp.eye(3)
    ]
    np.testing.assert_allclose(final_loss(here)[1], slopes, rtol=1e-6)
    assert np.abs(slopes).min() > 1e-3


@pytest.mark.usefixtures("example")
def test_other_numbers_compile_nothing_anew(monkeypatch):
    traces = []

    def counted(*args):
        traces.append(args)
        return drawing(*args)

    drawing = simulation.draw
    monkeypatch.setattr(simulation, "draw", counted)
    for path, value in {
        "problem.dim": 10**6,
        "problem.signal_strength": 3,
        "problem.noise_std": np.float32(0.25),
        "problem.flip_rate_positive": jnp.array(0.2),
        "network.init_std": 0.1,
        "algorithm.learning_rate": 0.5,
        "algorithm.labels.flip_rate": 0,
    }.items():
        ss.simulate(ss.put(EXAMPLE, path, value), random.key(1))
    assert len(traces) == 0
    eqx.filter_eval_shape(ss.simulate, ss.put(EXAMPLE, "n_samples", 21), random.key(1))
    assert len(traces) == 1


@pytest.mark.law
def test_step_loss_is_the_loss_of_the_step_to_come(drawn):
    record = zoo.learn(zoo.experiment(algorithm=NOISY, record_every=1), drawn, random.key(1))
    noise = zoo.noises(NOISY, random.key(1), 301)
    ones = jnp.ones(zoo.N_SAMPLES)  # margins are the logits of samples that are all labelled +1

    def told(margin, drawn):
        return jnp.mean(NOISY.labels.losses(NOISY.loss, margin, ones, drawn))

    expected = jax.vmap(told)(record.margin, noise.labels)
    np.testing.assert_allclose(record.step_loss, expected, rtol=1e-5)
    assert np.ptp(record.step_loss - record.train_loss) > 0.1
