"""Paths, descriptions and named axes."""

import json

import equinox as eqx
import jax
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss
from sigspike import tree

SETTING = zoo.experiment(algorithm=ss.GradientDescent(0.3, optimiser=ss.HeavyBall(), schedule=ss.Cosine(40, 0.1)))
PATHS = {"n_samples": 9, "network.width": 5, "problem.noise_std": 0.7, "algorithm.schedule.final": 0.2}


@pytest.mark.parametrize(("path", "value"), PATHS.items())
def test_put_replaces_what_get_finds_and_nothing_else(path, value):
    changed = ss.put(SETTING, path, value)
    assert tree.get(changed, path) == pytest.approx(value)
    assert tree.get(SETTING, path) != pytest.approx(value)
    assert ss.describe(ss.put(changed, path, tree.get(SETTING, path))) == ss.describe(SETTING)


def test_put_replaces_whole_parts():
    changed = ss.put(SETTING, "algorithm", ss.GradientDescent(0.1))
    assert changed.algorithm == ss.GradientDescent(0.1)


def test_several_fields_are_put_at_once_in_any_order():
    values = {"problem.snr": 0.2, "problem.dim": 900, "problem": zoo.specimen(ss.XORSignals), "problem.noise_std": 2.0}
    for order in (values, dict(reversed(values.items()))):
        changed = tree.put_all(SETTING, order).problem
        assert type(changed) is ss.XORSignals
        assert float(changed.signal_strength) == pytest.approx(0.2 * 2.0 * 30)
    both = tree.put_all(SETTING, {"n_steps": 7, "record_every": 7})  # either alone would be refused
    assert both.record_steps == (0, 7)


def test_what_moves_with_a_path_is_known():
    assert tree.moved(SETTING, "problem.snr") == {"problem.signal_strength"}
    assert tree.moved(SETTING, "problem.flip_rate") == {"problem.flip_rate_positive", "problem.flip_rate_negative"}
    assert tree.moved(SETTING, "n_samples") == {"n_samples"}


def other(kind):
    """A specimen with other options, or with another number where it has no options."""
    plain, turned = zoo.specimen(kind), zoo.turned(kind)
    if not fields(kind) or ss.describe(turned) != ss.describe(plain):
        return turned
    name, value = fields(kind)[0].name, getattr(plain, fields(kind)[0].name)
    return ss.put(plain, name, value + 1 if isinstance(value, int) else value / 2)


@pytest.mark.parametrize(
    "kind",
    [kind for base in (ss.Problem, ss.Network, ss.Algorithm, *zoo.DIALS.values()) for kind in zoo.concrete(base)],
)
def test_descriptions_are_plain_and_tell_settings_apart(kind):
    plain, turned = ss.describe(zoo.specimen(kind)), ss.describe(other(kind))
    assert plain["type"] == kind.__name__
    assert json.loads(json.dumps(plain)) == plain
    assert plain == ss.describe(zoo.specimen(kind))
    assert plain != turned or len(plain) == 1


def test_large_arrays_are_described_by_what_they_hold():
    problem = zoo.specimen(ss.ImagePatches)
    described = ss.describe(problem)["images"]
    assert described["shape"] == [20, 4, 4]
    assert described == ss.describe(ss.put(problem, "noise_std", 1.0))["images"]
    assert described != ss.describe(ss.put(problem, "images", problem.images.at[0, 0, 0].add(1e-3)))["images"]


@pytest.fixture(scope="module")
def dataset():
    """The summary of a batch of runs, all zeros, with its axes named."""
    setting = ss.put(zoo.experiment(), "measure", "summary")
    batch = eqx.filter_eval_shape(jax.vmap(lambda key: ss.simulate(setting, key)), random.split(random.key(0), 4))
    record = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), batch)
    record = eqx.tree_at(lambda at: at.step, record, np.tile(np.arange(0, 301, 30), (4, 1)))
    return ss.named_axes(record, ("seed", "time"))


def test_axes_are_named_by_the_record_and_by_whoever_added_them(dataset):
    assert dataset["gamma_max"].dims == ("seed", "time", "sign")
    assert dataset["rho_bar_max"].dims == ("seed", "time", "sign", "kind")
    assert dataset["train_loss"].dims == ("seed", "time")


def test_time_sign_and_kind_have_labels(dataset):
    assert list(dataset["time"].values) == list(range(0, 301, 30))
    assert list(dataset["sign"].values) == [-1, 1]
    assert list(dataset["kind"].values) == ["clean", "flipped"]
    assert "step" not in dataset


def test_every_variable_has_a_long_name_and_a_unit(dataset):
    assert all(values.attrs["long_name"] and values.attrs["units"] == "1" for values in dataset.values())
