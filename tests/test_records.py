"""Records with their axes named."""

import equinox as eqx
import jax
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss


@pytest.fixture(scope="module")
def dataset():
    """The summary of a batch of runs, all zeros, with its axes named."""
    setting = ss.put(zoo.experiment(), "measure", "summary")
    batch = eqx.filter_eval_shape(
        jax.vmap(lambda key: ss.simulate(setting, key)), random.split(random.key(0), 4)
    )
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
    assert all(
        values.attrs["long_name"] and values.attrs["units"] == "1" for values in dataset.values()
    )
