"""Divergence is data: it is noticed wherever it shows, and no number is told after it."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss
from sigspike.simulation.records import Record

RATES = [1e-2, 1.0, 30.0, 1e3, 1e6, 1e12, 1e30]
ALWAYS = [field.name for field in dataclasses.fields(Record)] + [
    "gamma",
    "rho_bar",
    "rho_underline",
    "margin",
]


def records(setting):
    """One run for every learning rate, with a moment for each of its steps."""
    run = lambda rate: ss.simulate(ss.put(setting, "algorithm.learning_rate", rate), random.key(0))  # noqa: E731
    return jax.vmap(run)(jnp.array(RATES))


def lawful(record):
    """NaN from the divergence on, finite before it; returns how many runs diverged."""
    gone = np.asarray(record.diverged_at) >= 0
    assert np.all(np.diff(gone.astype(int), axis=1) >= 0)
    assert np.all(record.diverged_at[gone] <= record.step[gone])
    for name, values in vars(record).items():
        if np.issubdtype(values.dtype, np.floating):
            assert np.isnan(np.asarray(values)[gone]).all(), name
        if name in ALWAYS:
            assert np.isfinite(np.asarray(values)[~gone]).all(), name
    return int(gone.any(axis=1).sum())


def setting(algorithm=None, network=None, **options):
    return zoo.experiment(
        None, network, algorithm, **({"n_steps": 40, "record_every": 1} | options)
    )


@pytest.mark.law
@pytest.mark.parametrize("loss", zoo.concrete(ss.Loss))
@pytest.mark.parametrize("kind", zoo.concrete(ss.Network))
def test_every_network_and_loss_is_watched(kind, loss):
    algorithm = ss.GradientDescent(0.1, loss=loss(), weight_decay=0.05)
    diverged = lawful(records(setting(algorithm, zoo.specimen(kind, init_std=0.3))))
    assert diverged >= 2  # decay alone multiplies the weights by 1 − ηλ: (5e10)^40 has no number


@pytest.mark.law
@pytest.mark.parametrize("algorithm", zoo.algorithms(), ids=zoo.label)
def test_every_algorithm_is_watched(algorithm):
    algorithm = ss.put(algorithm, "weight_decay", 0.05)
    network, space = zoo.specimen(ss.PatchCNN, init_std=0.3), zoo.space(algorithm)
    lawful(records(setting(algorithm, network, space=space)))


@pytest.mark.parametrize("measure", ["summary", "weights"])
def test_every_record_is_watched(measure):
    algorithm = zoo.specimen(ss.MetaReweighting, weight_decay=0.05)
    assert (
        lawful(
            records(setting(algorithm, zoo.specimen(ss.PatchCNN, init_std=0.3), measure=measure))
        )
        >= 2
    )


def test_means_say_how_many_seeds_they_are_of():
    rates = [0.1, 1e12]
    base = setting(ss.GradientDescent(0.1, weight_decay=0.05), record_every=20, measure="summary")
    means = ss.sweep(base, {"algorithm.learning_rate": rates}, n_seeds=3, keep="mean")
    assert means["test_error_n"].isel(time=0).values.tolist() == [3, 3]
    last = means.isel(time=-1)
    assert last["test_error_n"].values.tolist() == [3, 0]
    assert last["fraction_diverged"].values.tolist() == [0, 1]
    for name in ("test_error", "train_loss", "gamma_max", "test_error_se"):
        assert np.isfinite(last[name].sel(learning_rate=0.1)).all(), name
        assert np.isnan(last[name].sel(learning_rate=1e12)).all(), name


def test_of_some_seeds_the_others_are_the_mean():
    base = setting(
        ss.GradientDescent(0.1, loss=ss.Squared()), record_every=20, measure="summary", n_steps=20
    )
    axes = {"algorithm.learning_rate": list(np.geomspace(1, 2, 12))}
    each = ss.sweep(base, axes, n_seeds=6).isel(time=-1)
    means = ss.sweep(base, axes, n_seeds=6, keep="mean").isel(time=-1)
    left = (each["diverged_at"] < 0).sum("seed")
    assert ((left > 0) & (left < 6)).any(), "no rate at which some seeds diverge"
    np.testing.assert_array_equal(means["test_error_n"], left)
    np.testing.assert_allclose(means["train_loss"], each["train_loss"].mean("seed"), rtol=1e-9)
