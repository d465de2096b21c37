"""Grids users asked for that once gave wrong numbers: every cell is the run of its labels."""

import itertools
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from grid_oracle import Grid, cell, held

import sigspike as ss

pytestmark = pytest.mark.skipif(FLOAT32, reason="cells are compared to float64 rounding")

BASE = zoo.experiment(n_steps=6, record_every=3)
WEIGHTS = replace(BASE, space="weights")
UNIFORM = replace(BASE, network=zoo.specimen(ss.PatchCNN, init="uniform", init_std=0.1, bias=True))


ALONG = {"n_samples": [4, 8], "problem.snr": [0.5, 0.25]}
DERIVED = {
    "beside the dimension": (BASE, {"along": ss.Linked(ALONG), "problem.dim": [30, 3000]}),
    "before the dimension": (BASE, {"problem.dim": [30, 3000], "along": ss.Linked(ALONG)}),
    "beside the noise": (BASE, {"along": ss.Linked(ALONG), "problem.noise_std": [0.5, 2.0]}),
    "in one link, first": (
        BASE,
        {"along": ss.Linked({"problem.snr": [0.5, 0.25], "problem.noise_std": [2.0, 0.1]})},
    ),
    "in one link, last": (
        BASE,
        {"along": ss.Linked({"problem.noise_std": [2.0, 0.1], "problem.snr": [0.5, 0.25]})},
    ),
    "in weight space": (
        WEIGHTS,
        {"along": ss.Linked({"problem.snr": [0.5, 0.25], "problem.dim": [20, 40]})},
    ),
    "of uniform weights": (
        UNIFORM,
        {"along": ss.Linked({"problem.snr": [0.5, 0.25], "problem.dim": [20, 40]})},
    ),
    "flips beside": (
        BASE,
        {"problem.flip_rate": [0.0, 0.4], "problem.snr": [0.5], "problem.dim": [20, 300]},
    ),
    "a part beside": (
        BASE,
        {
            "problem.snr": [0.3],
            "problem": {
                "one": zoo.specimen(ss.SignalNoise),
                "two": zoo.specimen(ss.XORSignals, noise_std=2.0),
            },
            "problem.dim": [20, 40],
        },
    ),
}


@pytest.mark.parametrize("name", DERIVED)
def test_derived_quantities_are_put_last(name):
    base, axes = DERIVED[name]
    data = held(base, axes)
    for places in Grid(base, axes).places:
        at = cell(base, Grid(base, axes).values(places))
        np.testing.assert_allclose(
            data["snr"].isel(places, missing_dims="ignore"), at.problem.snr, rtol=1e-6
        )


def test_means_along_n_snr2_are_those_of_simulate():
    """n·SNR² fixed along n, times d, as a study of phases asks for it: a hundred seeds."""
    setting = zoo.experiment(n_steps=20, record_at=(20,), record_every=None, measure="summary")
    axes = {
        "along": ss.Linked({"n_samples": [4, 16], "problem.snr": [0.5, 0.25]}),
        "problem.dim": [30, 3000],
    }
    data = ss.sweep(setting, axes, n_seeds=100)["test_error"].isel(time=-1).mean("seed")
    far = replace(
        setting, n_samples=16, problem=replace(setting.problem, dim=3000.0).with_snr(0.25)
    )
    keys = jax.vmap(lambda number: jax.random.fold_in(jax.random.key(0), number))(jnp.arange(100))
    right = float(jax.vmap(lambda key: ss.simulate(far, key).test_error[-1])(keys).mean())
    assert float(data.isel(along=1, dim=1)) == pytest.approx(right, abs=1e-9)
    assert right < 0.45  # what fixed ‖μ‖ would give is ½


ROOM = {
    "space": (BASE, {"space": ["coefficients", "weights"], "problem.dim": [20, 40]}),
    "init": (replace(BASE, network=zoo.specimen(ss.PatchCNN, init_std=0.3)), {
        "network.init": ["gaussian", "uniform"],
        "problem.dim": [20, 60],
    }),
    "networks": (BASE, {
        "network": {
            "g": zoo.specimen(ss.PatchCNN),
            "u": zoo.specimen(ss.PatchCNN, init="uniform", init_std=0.3),
        },
        "problem.dim": [20, 60],
    }),
    "images": (BASE, {
        "problem": {
            "planted": zoo.specimen(ss.SignalNoise),
            "images": zoo.specimen(ss.ImagePatches),
        }
    }),
    "spaces of images": (replace(BASE, problem=zoo.specimen(ss.ImagePatches)), {
        "problem": {
            "small": zoo.specimen(
                ss.ImagePatches, images=zoo.PIXELS[:, :2], test_images=zoo.PIXELS[:, :2]
            ),
            "large": zoo.specimen(ss.ImagePatches),
        },
        "space": ["weights", "coefficients"],
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", ROOM)
def test_every_cell_has_its_own_room(name):
    held(*ROOM[name])


TWICE = [
    {"problem.snr": [0.1], "problem.signal_strength": [1.0, 2.0]},
    {"problem.signal_strength": [1.0, 2.0], "problem.snr": [0.1]},
    {"problem.flip_rate": [0.1], "problem.flip_rate_positive": [0.2]},
    {"problem.flip_rate": [0.1], "along": ss.Linked({"problem.flip_rate_negative": [0.2]})},
    {"along": ss.Linked({"problem.snr": [0.1], "problem.signal_strength": [1.0]})},
    {"problem.dim": [20], "along": ss.Linked({"problem.dim": [30], "n_samples": [4]})},
    {
        "problem": {"own": zoo.specimen(ss.SignalNoise)},
        "along": ss.Linked({"problem": {"o": zoo.specimen(ss.Parity)}}),
    },
]


@pytest.mark.parametrize("axes", TWICE, ids=lambda axes: "-".join(axes))
def test_what_moves_twice_is_refused(axes):
    with pytest.raises(ss.Refusal):
        ss.sweep(BASE, axes)


def test_a_field_wins_over_the_part_it_is_in():
    problems = {
        "near": zoo.specimen(ss.SignalNoise, dim=20.0),
        "far": zoo.specimen(ss.SignalNoise, dim=300.0),
    }
    for axes in (
        {"problem.dim": [40, 50], "problem": problems},
        {"problem": problems, "problem.dim": [40, 50]},
    ):
        data = held(BASE, axes)
        near = data["train_loss"].transpose("problem", "dim", ...)
        np.testing.assert_allclose(near[0], near[1], rtol=1e-9)
    algorithms = {"GD": ss.GradientDescent(0.5), "SGD": ss.SGD(0.5, batch_size=3)}
    schedules = {"e": ss.ExponentialDecay(0.1), "i": ss.InverseTime(3.0)}
    held(
        BASE,
        {
            "algorithm.schedule": schedules,
            "algorithm": algorithms,
            "algorithm.learning_rate": [0.1, 1.0],
        },
    )


def test_a_path_need_exist_in_the_cells_alone():
    noisy = {"flips": ss.LabelNoiseGD(0.5), "both": ss.LabelNoiseGD(0.5, batches=ss.Shuffled(2))}
    held(BASE, {"algorithm.labels.flip_rate": [0.0, 0.4], "algorithm": noisy})
    held(
        BASE,
        {
            "algorithm.schedule": {"a": ss.ExponentialDecay(0.1)},
            "algorithm.schedule.rate": [0.2, 0.5],
        },
    )
    with pytest.raises(ss.Refusal, match="GD"):
        ss.sweep(
            BASE,
            {
                "algorithm.labels.flip_rate": [0.1],
                "algorithm": noisy | {"GD": ss.GradientDescent(0.5)},
            },
        )
    with pytest.raises(ss.Refusal, match="flip_rate"):
        ss.sweep(BASE, {"algorithm.labels.flip_rate": [0.1]})


def test_only_the_finished_experiment_need_be_valid():
    setting = replace(BASE, n_steps=10, record_every=5)
    held(setting, {"along": ss.Linked({"n_steps": [4, 6], "record_every": [2, 3]})})
    held(setting, {"record_every": [2], "n_steps": [4, 6]})
    held(
        setting,
        {"algorithm": {"Adam": ss.GradientDescent(0.1, optimiser=ss.Adam())}, "space": ["weights"]},
    )
    reweighted = {"meta": ss.MetaReweighting(0.5, n_clean=2)}
    held(setting, {"measure": ["weights"], "algorithm": reweighted, "n_samples": [4, 6]})


def test_an_invalid_cell_is_refused_and_named():
    axes = {"n_steps": [4, 6], "record_every": [2, 4], "problem.dim": [20, 30]}
    with pytest.raises(ss.Refusal, match=r"record_every.*n_steps = 6.*record_every = 4"):
        ss.sweep(replace(BASE, record_every=None), axes)


def test_programs_fields_and_arrays_are_no_axes():
    with pytest.raises(ss.Refusal, match="alive"):
        ss.sweep(BASE, {"network.alive": [2.0]})
    images = replace(BASE, problem=zoo.specimen(ss.ImagePatches))
    for path, values in (
        ("images", [zoo.PIXELS, zoo.PIXELS]),
        ("labels", [zoo.SIDES]),
        ("noise", [1.0]),
    ):
        with pytest.raises(ss.Refusal, match=path):
            ss.sweep(images, {f"problem.{path}": values})


NAMES = [
    "seed",
    "time",
    "neuron",
    "sign",
    "sample",
    "patch",
    "kind",
    "test_error",
    "gamma",
    "fraction_diverged",
]


@pytest.mark.parametrize("name", NAMES)
def test_an_axis_takes_no_name_of_the_records(name):
    with pytest.raises(ss.Refusal, match=name):
        ss.sweep(BASE, {name: ss.Linked({"problem.dim": [20, 30]})})


def test_a_field_named_as_a_dimension_can_be_linked():
    setting = replace(BASE, algorithm=ss.GradientDescent(0.5, schedule=ss.InverseTime(2.0)))
    with pytest.raises(ss.Refusal, match="time"):
        ss.sweep(setting, {"algorithm.schedule.time": [1.0, 2.0]})
    held(setting, {"decay": ss.Linked({"algorithm.schedule.time": [1.0, 2.0]})})


OPTIONS = {
    "orthogonal": (BASE, {"problem.orthogonal": [True, False], "n_test": [5, 9]}),
    "flip_test_labels": (
        replace(BASE, problem=zoo.specimen(ss.SignalNoise, flip_rate_positive=0.4)),
        {"problem.flip_test_labels": [False, True]},
    ),
    "n_signals": (replace(BASE, problem=zoo.specimen(ss.Parity)), {"problem.n_signals": [1, 3]}),
    "n_noise_patches": (BASE, {"problem.n_noise_patches": [1, 3], "n_samples": [4, 6]}),
    "measure": (replace(BASE, algorithm=ss.MetaReweighting(0.5, n_clean=2)), {
        "measure": ["summary", "coefficients", "weights"]
    }),
    "record_at": (replace(BASE, record_every=None), {"record_at": [(0, 2), (1, 5, 6), None]}),
    "record_every": (replace(BASE, record_every=None), {"record_every": [None, 3, 2]}),
    "test_noise": (BASE, {
        "problem.test_noise": ["fresh", "training"],
        "problem.extra_test_std": [0.0, 0.5],
    }),
    "batch_size": (replace(BASE, algorithm=ss.SGD(0.5, 2)), {
        "algorithm.batches.batch_size": [1, 3]
    }),
    "signs": (BASE, {
        "network": {"one": ss.ThreeLayerCNN(2), "two": ss.PatchCNN(2), "lin": ss.LinearModel(1)}
    }),
    "steps": (replace(BASE, record_every=None), {
        "n_steps": [2, 6],
        "regime": ["kernel", "feature"],
    }),
    "power": (BASE, {"network.activation.power": [1, 1.5], "network.patches": ["sum", "mean"]}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_options_are_axes_like_any_other(name):
    held(*OPTIONS[name])


@pytest.mark.parametrize("name", ["measure", "record_at", "n_signals", "signs"])
def test_means_are_of_what_each_cell_has(name):
    held(*OPTIONS[name], keep="mean")


RATES = [0.3, 15.0, 60.0, 200.0]
STEEP = zoo.experiment(
    algorithm=ss.GradientDescent(1.0, weight_decay=0.5), n_steps=200, record_every=20
)


def test_after_a_divergence_there_is_no_number():
    data = held(STEEP, {"algorithm.learning_rate": RATES}, n_seeds=3)
    late = data["diverged_at"] >= 0
    assert 0 < int(late.isel(time=-1).sum()) < late.isel(time=-1).size
    for name, values in data.data_vars.items():
        if values.dtype.kind == "f" and name != "fraction_diverged":
            assert values.where(late, drop=True).isnull().all(), name


AXES = {
    "algorithm.learning_rate": list(np.geomspace(0.1, 1e200, 9)),
    "problem.flip_rate": [0.0, 0.1, 0.2, 0.3],
}


def test_a_boundary_does_not_cross_what_diverged():
    setting = replace(
        STEEP, algorithm=ss.GradientDescent(1.0), n_steps=20, record_at=(20,), record_every=None
    )
    traced = ss.trace_boundary(setting, AXES, 0.3, "train_loss", n_seeds=2, share=0.4)
    full = ss.sweep(setting, AXES, n_seeds=2, keep="mean").isel(time=-1)
    trained = traced["trained"].values
    assert 0 < trained.sum() < trained.size
    gone = full["fraction_diverged"].values == 1
    assert 0 < gone.mean() < 1
    np.testing.assert_array_equal(
        traced["fraction_diverged"].values[trained], full["fraction_diverged"].values[trained]
    )
    np.testing.assert_allclose(
        traced["train_loss"].values[trained], full["train_loss"].values[trained], rtol=1e-9
    )
    values = traced["train_loss"].values
    assert np.isnan(values[~trained]).any()
    # Along an edge of the plane, the neighbours of a cell are those it is interpolated from
    for column in (0, -1):
        rows = np.flatnonzero(trained[:, column])
        for before, after in itertools.pairwise(rows):
            lost = gone[[before, after], column].any()
            assert np.isnan(values[before + 1 : after, column]).all() == (
                lost or after == before + 1
            )
    assert np.isnan(values[gone & trained]).all()
