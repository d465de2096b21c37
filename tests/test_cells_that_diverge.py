"""Divergence is data: no number after it, none averaged or interpolated across it, and none unnoticed."""

from dataclasses import replace

import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from grid_oracle import held

import sigspike as ss

pytestmark = pytest.mark.skipif(FLOAT32, reason="cells are compared to float64 rounding")

RATES = [0.3, 15.0, 60.0, 200.0]
STEEP = zoo.experiment(
    algorithm=ss.GradientDescent(1.0, weight_decay=0.5), n_steps=200, record_every=20, n_test=50
)  # fmt: skip


@pytest.mark.parametrize("measure", ["coefficients", "summary"])
def test_after_a_divergence_there_is_no_number(measure):
    data = held(replace(STEEP, measure=measure), {"algorithm.learning_rate": RATES}, n_seeds=3)
    late = data["diverged_at"] >= 0
    assert 0 < int(late.isel(time=-1).sum()) < late.isel(time=-1).size
    for name, values in data.data_vars.items():
        if values.dtype.kind == "f" and name != "fraction_diverged":
            assert values.where(late, drop=True).isnull().all(), name


def test_means_are_of_the_seeds_that_are_left():
    data = held(STEEP, {"algorithm.learning_rate": [0.3, 60.0, 200.0, 1e200]}, n_seeds=4, keep="mean")
    left = 4 * (1 - data["fraction_diverged"])
    np.testing.assert_array_equal(data["train_loss_n"], left)
    gone = data["fraction_diverged"] == 1
    assert bool(gone.any())
    for name in ("train_loss", "train_loss_se", "test_error", "test_error_se"):
        assert data[name].where(gone, drop=True).isnull().all()
        assert np.isfinite(data[name].where(data[f"{name.removesuffix('_se')}_n"] > 1, 0.0)).all()


FLAGGED = {
    "three layers": (ss.ThreeLayerCNN(3), ss.GradientDescent(1.0), [1.0, 1.4e6, 1e8, 1e20, 1e60]),
    "squared loss": (ss.PatchCNN(3, init_std=0.1), ss.GradientDescent(1.0, loss="squared"), [0.1, 1.0, 3.0, 30.0, 1e3]),
    "linear": (ss.LinearModel(2), ss.GradientDescent(1.0, loss="squared"), [0.1, 3.0, 10.0, 1e3]),
    "label noise": (ss.PatchCNN(3), ss.LabelNoiseGD(1.0), [0.1, 1e3, 1e100, 1e200]),
    "weights": (ss.PatchCNN(3), ss.MetaReweighting(1.0, n_clean=2, loss="squared"), [0.1, 1.0, 10.0, 1e3]),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_what_diverges_is_flagged_wherever_it_shows(name):
    """No number is infinite, and none of a run's own is NaN before the divergence is told."""
    network, algorithm, rates = FLAGGED[name]
    measure = "weights" if isinstance(algorithm, ss.MetaReweighting) else "summary"
    setting = replace(STEEP, network=network, algorithm=algorithm, measure=measure)
    data = ss.sweep(setting, {"algorithm.learning_rate": rates}, n_seeds=4)
    early = data["diverged_at"] < 0
    assert int((~early).sum()) > 0
    for variable in ("train_loss", "step_loss", "train_accuracy", "test_error", "gamma_max", "gamma_mean"):
        assert np.isfinite(data[variable].where(early, 0.0)).all(), variable
        assert data[variable].where(~early).isnull().all(), variable
    for variable, values in data.data_vars.items():
        assert not np.isinf(values).any(), variable


AXES = {"algorithm.learning_rate": list(np.geomspace(0.1, 1e200, 9)), "problem.flip_rate": [0.0, 0.1, 0.2, 0.3]}


def test_a_boundary_does_not_cross_what_diverged():
    setting = replace(STEEP, algorithm=ss.GradientDescent(1.0), n_steps=20, record_at=(20,), record_every=None)
    traced = ss.trace_boundary(setting, AXES, 0.3, "train_loss", n_seeds=2, share=0.4)
    full = ss.sweep(setting, AXES, n_seeds=2, keep="mean").isel(time=-1)
    trained = traced["trained"].values
    assert 0 < trained.sum() < trained.size
    gone = full["fraction_diverged"].values == 1
    assert 0 < gone.mean() < 1
    np.testing.assert_array_equal(
        traced["fraction_diverged"].values[trained], full["fraction_diverged"].values[trained]
    )
    np.testing.assert_allclose(traced["train_loss"].values[trained], full["train_loss"].values[trained], rtol=1e-9)
    first = np.where(gone & trained, np.arange(len(gone))[:, None], len(gone)).min(0)  # along the rates
    for column, edge in enumerate(first):
        last = max((row for row in range(edge) if trained[row, column]), default=-1)
        between = traced["train_loss"].values[last + 1 : edge, column]
        assert np.isnan(between).all(), f"interpolated into what diverged, column {column}"
        assert np.isnan(traced["train_loss"].values[edge, column])


def test_a_boundary_in_a_plain_of_divergence_has_no_number():
    setting = replace(STEEP, algorithm=ss.GradientDescent(1.0), n_steps=20, record_at=(20,), record_every=None)
    axes = {"algorithm.learning_rate": list(np.geomspace(1e190, 1e200, 5)), "problem.flip_rate": [0.1, 0.2, 0.3]}
    traced = ss.trace_boundary(setting, axes, 0.3, n_seeds=2, share=0.5)
    assert traced["test_error"].isnull().all()
    assert traced["probability_above"].isnull().all()
    assert (traced["fraction_diverged"].where(traced["trained"], 1.0) == 1).all()
