"""A sweep is its runs, labelled."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zoo
from conftest import FLOAT32
from jax import random

import sigspike as ss
from sigspike.sweeps.compute import compute
from sigspike.sweeps.grid import Grid
from sigspike.sweeps.sweep import plan_sweep

SETTING = zoo.experiment(n_steps=20, record_every=10)
ALGORITHMS = {"label noise": zoo.specimen(ss.LabelNoiseGD), "GD": zoo.specimen(ss.GradientDescent)}
AXES = {
    "algorithm.learning_rate": [0.0, 0.3],
    "algorithm": ALGORITHMS,
    "problem.dim": np.array([60, 10**6]),
}


@pytest.fixture(scope="module")
def grid():
    """Numbers, which are vmapped, and parts by name, which are looped; and what was told of the
    progress.
    """
    told = []
    dataset = ss.sweep(
        SETTING, AXES, n_seeds=2, seed=3, progress=lambda done, total: told.append((done, total))
    )
    return dataset, told


@pytest.fixture(scope="module")
def shapes():
    """In weight space: sizes, and the dimension, are looped."""
    return ss.sweep(ss.put(SETTING, "space", "weights"), {"n_samples": [6, 4], "problem.dim": [12]})


def test_dimensions_are_the_axes_then_seed_and_time(grid, shapes):
    dataset, _ = grid
    assert dataset["train_loss"].dims == ("learning_rate", "algorithm", "dim", "seed", "time")
    assert dataset["gamma"].dims[-2:] == ("sign", "neuron")
    assert dataset["dim"].attrs == {"long_name": "dimension d", "units": "1"}
    expected = {
        "learning_rate": [0, 0.3],
        "algorithm": ["label noise", "GD"],
        "dim": [60, 10**6],
        "seed": [0, 1],
    }
    expected |= {"time": [0, 10, 20], "sign": [-1, 1]}
    assert {name: list(dataset[name].values) for name in expected} == expected
    assert shapes["rho_bar"].dims == (
        "n_samples",
        "dim",
        "seed",
        "time",
        "sign",
        "neuron",
        "sample",
    )
    assert {name: list(shapes[name].values) for name in ("n_samples", "dim")} == {
        "n_samples": [6, 4],
        "dim": [12],
    }


def test_every_cell_is_the_run_of_its_setting(grid):
    dataset, _ = grid
    bound = 1e-4 if FLOAT32 else 1e-10
    for rate in (0.0, 0.3):
        for dim in (60, 10**6):
            at = ss.put(ss.put(SETTING, "algorithm.learning_rate", rate), "problem.dim", dim)
            for seed in (0, 1):
                alone = ss.named_axes(ss.simulate(at, random.fold_in(random.key(3), seed)))
                cell = dataset.sel(algorithm="GD", learning_rate=rate, dim=dim, seed=seed)
                for name, values in alone.items():
                    np.testing.assert_allclose(
                        cell[name], values, rtol=bound, atol=bound, err_msg=name
                    )


def test_cells_share_their_draws_and_seeds_do_not(grid):
    start = grid[0]["margin"].sel(time=0, dim=60)
    np.testing.assert_array_equal(start, start.isel(learning_rate=[0, 0]))
    rounding = 1e-5 if FLOAT32 else 1e-12  # of two programs
    np.testing.assert_allclose(start, start.isel(algorithm=[0, 0]), rtol=rounding)
    assert np.all(start.isel(seed=0) != start.isel(seed=1))
    last = grid[0]["margin"].sel(time=20, learning_rate=0.3)
    assert np.all(last.sel(algorithm="GD") != last.sel(algorithm="label noise"))


def test_progress_counts_trainings(grid):
    _, told = grid
    assert told[0] == (0, 16)
    assert told[-1] == (16, 16)
    assert told == sorted(told)


def test_samples_that_a_cell_does_not_have_are_nan(shapes):
    margin = shapes["margin"]
    assert np.all(np.isfinite(margin.sel(n_samples=6)))
    few = margin.sel(n_samples=4)
    assert np.all(np.isfinite(few.isel(sample=slice(4))))
    assert np.all(np.isnan(few.isel(sample=slice(4, 6))))


def agrees(dataset, place, setting, n_seeds, seed=0):
    """A cell against the simulation of its setting, on the neurons and moments that the setting
    has.
    """
    bound = 2e-4 if FLOAT32 else 1e-9
    for number in range(n_seeds):
        alone = ss.named_axes(ss.simulate(setting, random.fold_in(random.key(seed), number)))
        cell = dataset.sel(place).isel(seed=number)
        for name, values in alone.items():
            own = cell[name].isel(
                {axis: slice(size) for axis, size in values.sizes.items() if axis != "time"}
            )
            own = own.sel(time=alone["time"])
            np.testing.assert_allclose(own, values, rtol=bound, atol=bound, err_msg=name)
            rest = (
                cell[name].isel({"neuron": slice(values.sizes["neuron"], None)})
                if "neuron" in values.sizes
                else own[:0]
            )
            assert np.isnan(rest).all()


@pytest.mark.parametrize(
    ("kind", "measure"), [(ss.PatchCNN, "summary"), (ss.ThreeLayerCNN, "coefficients")]
)
def test_a_width_with_room_to_spare_is_the_width_itself(kind, measure):
    network = zoo.specimen(kind, bias=True, width=2)
    setting = ss.put(
        zoo.experiment(network=network, n_steps=20, record_every=10), "measure", measure
    )
    plan = plan_sweep(setting, {"network.width": [2, 5]})
    assert len(plan.programs) == 1
    data = ss.sweep(setting, {"network.width": [2, 5]}, n_seeds=2)
    for width in (2, 5):
        agrees(data, {"width": width}, ss.put(setting, "network.width", width), 2)


def test_a_dimension_with_room_to_spare_is_the_dimension_itself():
    network = zoo.specimen(ss.PatchCNN, init="uniform", bias=True)
    problem = zoo.specimen(ss.SignalNoise, orthogonal=False)
    setting = zoo.experiment(problem, network, n_steps=20, record_every=10)
    scales = [0.1, 0.2]
    linked = ss.Linked({"problem.dim": [30, 9], "network.init_std": scales}, about="dimension")
    data = ss.sweep(setting, {"dim": linked}, n_seeds=2)
    assert list(data["dim"].values) == [30, 9]
    assert data["dim"].attrs["long_name"] == "dimension"
    for dim, scale in zip([30, 9], scales, strict=True):
        at = ss.put(ss.put(setting, "problem.dim", dim), "network.init_std", scale)
        agrees(data, {"dim": dim}, at, 2)


def test_places_of_one_shape_are_one_program():
    data = ss.sweep(SETTING, {"n_samples": [6, 4, 6], "algorithm.learning_rate": [0.1, 0.3]})
    for place, size in enumerate([6, 4, 6]):
        at = ss.put(ss.put(SETTING, "n_samples", size), "algorithm.learning_rate", 0.3)
        agrees(data.isel(n_samples=[place]).sel(learning_rate=0.3).isel(n_samples=0), {}, at, 1)


def test_an_axis_of_steps_shares_the_moments_it_can():
    data = ss.sweep(ss.put(SETTING, "record_every", None), {"n_steps": [4, 6]})
    assert list(data["time"].values) == [0, 1, 2, 3, 4, 5, 6]
    assert np.isnan(data["train_loss"].sel(n_steps=4, time=[5, 6])).all()
    assert not np.isnan(data["train_loss"].sel(n_steps=6)).any()


def test_snr_is_an_axis_like_any_other():
    data = ss.sweep(
        SETTING, {"problem.snr": [0.5, 1.0], "n_samples": [4, 8], "problem.dim": [30, 50]}
    )
    assert data["n_snr2"].dims == ("n_samples", "snr", "dim") or set(data["n_snr2"].dims) >= {
        "snr",
        "n_samples",
    }
    np.testing.assert_allclose(data["n_snr2"].sel(snr=0.5, n_samples=8), 2, rtol=1e-6)
    strength = ss.put(
        ss.put(SETTING, "problem.dim", 50), "problem.snr", 0.5
    ).problem.signal_strength
    assert float(strength) == pytest.approx(0.5 * 0.5 * 50**0.5)
    through_strength = ss.sweep(SETTING, {"problem.signal_strength": [1.0, 2.0]})
    np.testing.assert_allclose(
        through_strength["snr"], np.array([1.0, 2.0]) / (0.5 * 30**0.5), rtol=1e-6
    )


def test_means_are_those_of_the_seeds():
    axes = {"algorithm.learning_rate": [0.3, 1e300 if not FLOAT32 else 1e38]}
    each, mean = (ss.sweep(SETTING, axes, n_seeds=5, keep=keep) for keep in ("seeds", "mean"))
    assert "seed" not in mean.dims
    for name in ("train_loss", "test_error", "gamma"):
        values = each[name].isel(learning_rate=0)
        np.testing.assert_allclose(mean[name].isel(learning_rate=0), values.mean("seed"), rtol=1e-5)
        np.testing.assert_allclose(
            mean[f"{name}_se"].isel(learning_rate=0),
            values.std("seed", ddof=1) / 5**0.5,
            rtol=1e-3,
            atol=1e-7,
        )
    np.testing.assert_array_equal(mean["fraction_diverged"], each["fraction_diverged"])
    np.testing.assert_array_equal(mean["fraction_diverged"].isel(time=-1), [0, 1])
    assert np.isnan(mean["train_loss"].isel(learning_rate=1, time=-1))


def test_the_plan_changes_rounding_alone():
    setting = zoo.experiment(algorithm=zoo.specimen(ss.LabelNoiseGD), n_steps=20, record_every=10)
    axes = {"algorithm.labels.flip_rate": [0.0, 0.1, 0.3], "problem.snr": [0.2, 0.4]}
    plan = plan_sweep(setting, axes, n_seeds=3)
    grid = Grid(replace(plan, blocks={"flip_rate": 2, "snr": 1, "seed": 2}))
    data = ss.sweep(setting, axes, n_seeds=3)
    for number in range(len(grid.plan)):
        for name, where, values in grid.regions(number, compute(grid.plan, number)):
            bound = 1e-4 if FLOAT32 else 1e-10
            np.testing.assert_allclose(
                values, data[name].values[np.ix_(*where)], rtol=bound, atol=bound
            )


def test_what_shares_the_noise_is_known():
    axes = {
        "problem.snr": [0.2],
        "problem.dim": [30],
        "problem.noise_std": [1.0],
        "algorithm.learning_rate": [0.1],
    }
    plan = plan_sweep(SETTING, axes | {"network.width": [3]})
    assert plan._knowing == {"dim", "noise_std", "seed"}


def test_four_devices_give_what_one_gives(tmp_path):
    script = Path(__file__).with_name("devices.py")
    data = []
    for count in (1, 4):
        before = os.environ.get("XLA_FLAGS", "")
        flags = {
            "XLA_FLAGS": f"{before} --xla_force_host_platform_device_count={count}",
            "JAX_ENABLE_X64": str(int(not FLOAT32)),
        }
        file = tmp_path / f"{count}.nc"
        subprocess.run(
            [sys.executable, str(script), str(file)],
            env=os.environ | flags,
            check=True,
            timeout=300,
        )
        data.append(xr.load_dataset(file, engine="h5netcdf"))
    assert [int(one.attrs["devices"]) for one in data] == [1, 4]
    for name in data[0].data_vars:
        np.testing.assert_allclose(
            data[1][name], data[0][name], rtol=1e-4 if FLOAT32 else 1e-10, err_msg=name
        )
