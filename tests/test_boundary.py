"""A traced boundary is that of the full grid, for a quarter of its trainings."""

import numpy as np
import pytest
import zoo
from conftest import FLOAT32

import sigspike as ss
from sigspike.sweeps.boundary import Mean, _between, _refine, _spacing

LEVEL = 0.25


@pytest.fixture(scope="module")
def maps():
    """The same phase diagram traced and in full, and the progress that tracing told."""
    problem, network = ss.SignalNoise(2000, 1.0, 0.5), ss.PatchCNN(10)
    run = {
        "n_samples": 40,
        "n_steps": 400,
        "record_at": (400,),
        "n_test": 300,
        "measure": "summary",
    }
    setting = ss.Experiment(problem, network, ss.LabelNoiseGD(1.0), **run)
    axes = {
        "problem.snr": np.linspace(0.02, 0.2, 24),
        "algorithm.labels.flip_rate": np.linspace(0, 0.4, 16),
    }
    told = []
    traced = ss.trace_boundary(
        setting, axes, LEVEL, n_seeds=4, progress=lambda *now: told.append(now)
    )
    return traced, ss.sweep(setting, axes, n_seeds=4, keep="mean").isel(time=-1), told


def test_a_quarter_of_the_trainings_is_enough(maps):
    traced, full, told = maps
    assert int(traced["trained"].sum()) <= 0.25 * traced["trained"].size
    assert told[-1][0] == int(traced["trained"].sum()) * 4 <= told[-1][1]
    wrong = (traced["test_error"] > LEVEL) != (full["test_error"] > LEVEL)
    certain = abs(full["test_error"] - LEVEL) > 2 * full["test_error_se"]
    assert int((wrong & certain).sum()) <= 0.02 * wrong.size
    assert int(wrong.sum()) <= 0.04 * wrong.size


def test_trained_cells_are_those_of_the_full_grid(maps):
    traced, full, _ = maps
    where = traced["trained"].values
    bound = 2e-2 if FLOAT32 else 1e-10
    for name in ("test_error", "test_error_se"):
        np.testing.assert_allclose(traced[name].values[where], full[name].values[where], atol=bound)
    assert np.isnan(traced["test_error_se"].values[~where]).all()
    assert np.isfinite(traced["test_error"]).all()


def test_the_trained_cells_lie_along_the_boundary(maps):
    traced, full, _ = maps
    above = full["test_error"].values > LEVEL
    edge = np.zeros_like(above)
    edge[:-1] |= above[:-1] != above[1:]
    edge[1:] |= edge[:-1]
    trained = traced["trained"].values
    assert trained[edge].mean() > 2.5 * trained[~edge].mean()


def test_probabilities_say_which_side(maps):
    traced, _, _ = maps
    probability, error = traced["probability_above"], traced["test_error"]
    assert ((probability >= 0) & (probability <= 1)).all()
    assert ((probability > 0.5) == (error > LEVEL)).all()


def test_sizes_are_grouped_by_shape():
    setting = zoo.experiment(
        algorithm=zoo.specimen(ss.LabelNoiseGD), n_steps=10, record_at=(10,), record_every=None
    )
    setting = ss.put(setting, "measure", "summary")
    traced = ss.trace_boundary(
        setting, {"n_samples": [6, 8], "problem.snr": np.linspace(0.1, 1, 8)}, 0.3, n_seeds=2
    )
    assert traced["test_error"].dims == ("n_samples", "snr")
    assert int(traced["trained"].sum()) == 4


def test_blocks_whose_corners_disagree_go_first():
    low, high, vague = Mean(0.0, 0.01, 0.0), Mean(1.0, 0.01, 0.0), Mean(0.0, 1.0, 0.0)
    measured = {(0, 0): low, (0, 2): low, (2, 0): high, (2, 2): low, (0, 4): vague, (2, 4): low}
    wanted = _refine((3, 5), 2, measured, 0.5)
    first = wanted.index((0, 3))
    assert {(1, 0), (0, 1), (1, 1), (1, 2), (2, 1)} <= set(wanted[:first])
    assert _refine((3, 3), 2, dict.fromkeys(((0, 0), (0, 2), (2, 0), (2, 2)), low), 0.5) == []


def test_nothing_is_interpolated_from_diverged_cells():
    measured = {(0, 0): Mean(0.1, 0.0, 0.0), (0, 2): Mean(0.3, 0.0, 0.25)}
    measured |= {(2, 0): Mean(np.nan, np.nan, 1.0), (2, 2): Mean(0.5, 0.0, 0.0)}
    found = _between(measured, np.indices((3, 3)).reshape(2, -1).T.astype(float)).reshape(3, 3)
    assert found[0].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert found[:, 2].tolist() == pytest.approx([0.3, 0.4, 0.5])
    assert np.isnan(found[1:, 0]).all()
    assert np.isnan(found[2, 1])


def test_a_boundary_where_all_seeds_diverge_is_nan():
    algorithm = ss.GradientDescent(1.0, loss=ss.Squared())
    moments = {"record_at": (300,), "record_every": None}
    setting = zoo.experiment(algorithm=algorithm, n_steps=300, measure="summary", **moments)
    axes = {
        "algorithm.learning_rate": [0.01, 0.02, 1e4, 2e4, 4e4],
        "problem.signal_strength": [0.1, 1, 2, 3, 4],
    }
    traced = ss.trace_boundary(setting, axes, 0.3, n_seeds=2)
    diverging = traced.sel(learning_rate=slice(1e4, None))
    assert (diverging["fraction_diverged"].where(diverging["trained"], 1) == 1).all()
    assert np.isnan(diverging["test_error"]).all()
    assert np.isnan(diverging["probability_above"]).all()
    assert np.isfinite(traced["test_error"].sel(learning_rate=0.01)).all()


def test_a_coarse_lattice_leaves_two_thirds_of_the_budget():
    for shape in ((20, 16), (100, 100), (7, 50)):
        spacing, budget = _spacing(shape, shape[0] * shape[1] // 4), shape[0] * shape[1] // 4
        assert len(range(0, shape[0], spacing)) * len(range(0, shape[1], spacing)) <= budget / 3
