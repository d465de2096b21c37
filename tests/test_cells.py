"""The low-SNR settings as cells: as a plain sweep, whatever is rescaled, grouped or filled up."""

import numpy as np
import pytest
import xarray as xr
from conftest import FLOAT32

import sigspike as ss
from sigspike.papers.held_out import held_out
from sigspike.papers.low_snr.cells import (
    NOISY,
    PATHS,
    PLAIN,
    compare_cells,
    step_size,
    sweep_cells,
    with_unit_noise,
)
from sigspike.papers.low_snr.learning_rate import best_rate
from sigspike.papers.synthetic import FLIP_RATE, synthetic

SETTINGS = [
    {"noise_std": 0.5, "dim": 40.0, "width": 2.0},
    {"noise_std": 2.0, "dim": 40.0, "learning_rate": 0.1, "flip_rate": 0.2},
    {"noise_std": 0.7, "dim": 90.0, "signal_strength": 3.0, "init_std": 0.1},
]


def _small() -> ss.Experiment:
    return ss.put(ss.put(synthetic(8, 20, record_at=(5, 20)), "n_test", 50), "network.width", 3)


def test_cells_are_the_trainings_of_a_plain_sweep():
    own = {
        "signal_strength": 2.0,
        "noise_std": 0.5,
        "dim": 2000.0,
        "width": 3,
        "init_std": 0.01,
    } | {
        "learning_rate": 1.0,
        "flip_rate": 0.1,
    }
    whole = [own | setting for setting in SETTINGS]
    fields = {
        path: [int(s[name]) if name == "width" else s[name] for s in whole]
        for name, path in PATHS.items()
    }
    plain = ss.sweep(_small(), {"cell": ss.Linked(fields, labels=range(3))}, 2)
    cells = sweep_cells(_small(), SETTINGS, 2)
    for name in ("train_loss", "gamma_max", "rho_bar_max", "margin_mean", "test_error"):
        near = {"rtol": 2e-3, "atol": 1e-4} if FLOAT32 else {"rtol": 1e-9, "atol": 1e-12}
        np.testing.assert_allclose(cells[name], plain[name].transpose(*cells[name].dims), **near)
    assert cells["noise_std"].values.tolist() == [0.5, 2.0, 0.7]
    assert cells["dim"].values.tolist() == [40, 40, 90]


def test_both_algorithms_differ_in_the_flips_alone():
    data = compare_cells(_small(), [{"learning_rate": 0.5}, {"learning_rate": 1.0}], 2)
    alone = sweep_cells(
        _small(), [{"learning_rate": 1.0, "flip_rate": p} for p in (0.0, FLIP_RATE)], 2
    )
    for k, name in enumerate((PLAIN, NOISY)):
        one, other = data["train_loss"].sel(algorithm=name, cell=1), alone["train_loss"].sel(cell=k)
        np.testing.assert_allclose(one, other, rtol=1e-3 if FLOAT32 else 1e-9)
    assert not np.allclose(*data["train_loss"].isel(cell=1, time=-1))


def test_the_unit_problem_has_the_same_rates():
    setting = {
        "signal_strength": 2.0,
        "noise_std": 0.5,
        "init_std": 0.01,
        "learning_rate": 1.0,
        "width": 20.0,
    }
    unit = with_unit_noise(setting)
    assert unit["noise_std"] == 1
    for one, other in ((setting, unit), (unit, with_unit_noise(unit))):
        rates = [s["learning_rate"] * s["signal_strength"] ** 2 for s in (one, other)]
        noises = [
            step_size(s["learning_rate"], s["noise_std"], 2000, 200, 20) for s in (one, other)
        ]
        assert rates[0] == pytest.approx(rates[1])
        assert noises[0] == pytest.approx(noises[1])
        assert one["init_std"] * one["noise_std"] == pytest.approx(
            other["init_std"] * other["noise_std"]
        )


def test_no_seed_chooses_its_own_learning_rate():
    """Each parity of seeds is lucky at another rate; chosen by the others, nobody is."""
    lucky = np.array([[0.1, 0.5], [0.5, 0.1], [0.1, 0.5], [0.5, 0.1]])
    error = xr.DataArray(
        lucky[..., None],
        dims=("seed", "learning_rate", "time"),
        coords={"learning_rate": [0.1, 1.0], "time": [9]},
    ).assign_coords(seed=np.arange(4))
    np.testing.assert_array_equal(
        held_out(error, "learning_rate", best_rate), 0.5 * np.ones((4, 1))
    )
    diverged = error.where(error["learning_rate"] < 1)
    np.testing.assert_array_equal(
        held_out(diverged, "learning_rate", best_rate)[1::2, 0], [0.5, 0.5]
    )
