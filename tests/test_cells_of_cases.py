"""Grids that real users asked for, and that once gave silent wrong numbers: every cell is the run of its labels."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from grid_oracle import Grid, alone, cell, check

import sigspike as ss
from sigspike.activations import relu_power
from sigspike.cli.main import main

pytestmark = pytest.mark.skipif(FLOAT32, reason="cells are compared to float64 rounding")

BASE = zoo.experiment(n_steps=6, record_every=3)
WEIGHTS = replace(BASE, space="weights")
UNIFORM = replace(BASE, network=zoo.specimen(ss.PatchCNN, init="uniform", init_std=0.1, bias=True))


def held(base: ss.Experiment, axes: dict, n_seeds: int = 2, keep: str = "seeds"):
    """The result of a grid whose every cell has been held against its runs."""
    data = ss.sweep(base, axes, n_seeds, seed=3, keep=keep)
    check(Grid(base, axes, n_seeds, 3), data, keep)
    return data


ALONG = {"n_samples": [4, 8], "problem.snr": [0.5, 0.25]}
DERIVED = {
    "beside the dimension": (BASE, {"along": ss.Linked(ALONG), "problem.dim": [30, 3000]}),
    "before the dimension": (BASE, {"problem.dim": [30, 3000], "along": ss.Linked(ALONG)}),
    "beside the noise": (BASE, {"along": ss.Linked(ALONG), "problem.noise_std": [0.5, 2.0]}),
    "in one link, first": (BASE, {"along": ss.Linked({"problem.snr": [0.5, 0.25], "problem.noise_std": [2.0, 0.1]})}),
    "in one link, last": (BASE, {"along": ss.Linked({"problem.noise_std": [2.0, 0.1], "problem.snr": [0.5, 0.25]})}),
    "in weight space": (WEIGHTS, {"along": ss.Linked({"problem.snr": [0.5, 0.25], "problem.dim": [20, 40]})}),
    "of uniform weights": (UNIFORM, {"along": ss.Linked({"problem.snr": [0.5, 0.25], "problem.dim": [20, 40]})}),
    "flips beside": (BASE, {"problem.flip_rate": [0.0, 0.4], "problem.snr": [0.5], "problem.dim": [20, 300]}),
    "a part beside": (
        BASE,
        {
            "problem.snr": [0.3],
            "problem": {"one": zoo.specimen(ss.SignalNoise), "two": zoo.specimen(ss.XORSignals, noise_std=2.0)},
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
        np.testing.assert_allclose(data["snr"].isel(places, missing_dims="ignore"), at.problem.snr, rtol=1e-6)


def test_means_along_n_snr2_are_those_of_simulate():
    """n·SNR² fixed along n, times d, as a study of phases asks for it: a hundred seeds."""
    setting = zoo.experiment(n_steps=20, record_at=(20,), record_every=None, measure="summary")
    axes = {"along": ss.Linked({"n_samples": [4, 16], "problem.snr": [0.5, 0.25]}), "problem.dim": [30, 3000]}
    data = ss.sweep(setting, axes, n_seeds=100)["test_error"].isel(time=-1).mean("seed")
    far = replace(setting, n_samples=16, problem=replace(setting.problem, dim=3000.0).with_snr(0.25))
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
        "network": {"g": zoo.specimen(ss.PatchCNN), "u": zoo.specimen(ss.PatchCNN, init="uniform", init_std=0.3)},
        "problem.dim": [20, 60],
    }),
    "images": (BASE, {"problem": {"planted": zoo.specimen(ss.SignalNoise), "images": zoo.specimen(ss.ImagePatches)}}),
    "spaces of images": (replace(BASE, problem=zoo.specimen(ss.ImagePatches)), {
        "problem": {
            "small": zoo.specimen(ss.ImagePatches, images=zoo.PIXELS[:, :2], test_images=zoo.PIXELS[:, :2]),
            "large": zoo.specimen(ss.ImagePatches),
        },
        "space": ["weights", "coefficients"],
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", ROOM)
def test_every_cell_has_its_own_room(name):
    held(*ROOM[name])


class Leaky(ss.PatchCNN):
    """σ(z) = z or z/10."""

    def hidden(self, upper, overlaps):
        return jnp.where(overlaps > 0, overlaps, 0.1 * overlaps)


class Tanh(ss.PatchCNN):
    """σ(z) = tanh z, whose filters leave 0."""

    def hidden(self, upper, overlaps):
        return jnp.tanh(overlaps)


class Logistic(ss.PatchCNN):
    """σ(0) = ½: what does not exist would answer."""

    def hidden(self, upper, overlaps):
        return jax.nn.sigmoid(overlaps)


class Softplus(ss.ThreeLayerCNN):
    """Two layers without a zero."""

    def hidden(self, upper, overlaps):
        first = jax.nn.softplus(overlaps[0])
        return jnp.einsum("jrk,k...->jr...", upper, first) + relu_power(first, 1)[None]


NETWORKS = [ss.LinearModel, ss.PatchCNN, ss.ThreeLayerCNN, Leaky, Tanh, Logistic, Softplus]


@pytest.mark.parametrize("bias", [False, True], ids=["plain", "bias"])
@pytest.mark.parametrize("kind", NETWORKS, ids=lambda kind: kind.__name__)
def test_a_width_beside_larger_ones_is_the_width_itself(kind, bias):
    network = kind(width=3, init_std=0.1, bias=bias)
    data = held(replace(BASE, network=network, algorithm=ss.GradientDescent(1.0)), {"network.width": [1, 4, 2]})
    assert not np.allclose(data["train_loss"].isel(width=0), data["train_loss"].isel(width=1))


@pytest.mark.parametrize("kind", [ss.LinearModel, Tanh], ids=lambda kind: kind.__name__)
def test_a_width_of_a_whole_network_is_the_width_itself(kind):
    networks = {"narrow": kind(width=1), "wide": kind(width=3, init_std=0.1), "relu": ss.PatchCNN(2)}
    held(BASE, {"network": networks, "network.width": [1, 4]})
    held(replace(BASE, measure="summary"), {"along": ss.Linked({"network.width": [3, 1], "network": {
        "a": kind(width=1, init_std=0.1), "b": kind(width=1, bias=True)
    }})})  # fmt: skip


@pytest.mark.parametrize("regime", ["feature", "kernel"])
@pytest.mark.parametrize("init", ["uniform", "gaussian"])
def test_draws_do_not_change_with_the_company(init, regime):
    network = zoo.specimen(ss.PatchCNN, init=init, init_std=0.3, bias=True)
    setting = replace(BASE, network=network, regime=regime)
    axes = {"network.width": [1, 4, 2], "problem.dim": [20, 30]}
    company = held(setting, axes)
    for width in (1, 2):
        own = ss.sweep(setting, {"network.width": [width], "problem.dim": [30]}, n_seeds=2, seed=3)
        for name in ("train_loss", "test_error", "margin", "flipped"):
            start = company[name].sel(width=width, dim=30, time=0)
            np.testing.assert_allclose(start, own[name].isel(width=0, dim=0, time=0), rtol=1e-9, atol=1e-12)


TWICE = [
    {"problem.snr": [0.1], "problem.signal_strength": [1.0, 2.0]},
    {"problem.signal_strength": [1.0, 2.0], "problem.snr": [0.1]},
    {"problem.flip_rate": [0.1], "problem.flip_rate_positive": [0.2]},
    {"problem.flip_rate": [0.1], "along": ss.Linked({"problem.flip_rate_negative": [0.2]})},
    {"along": ss.Linked({"problem.snr": [0.1], "problem.signal_strength": [1.0]})},
    {"problem.dim": [20], "along": ss.Linked({"problem.dim": [30], "n_samples": [4]})},
    {"problem": {"own": zoo.specimen(ss.SignalNoise)}, "along": ss.Linked({"problem": {"o": zoo.specimen(ss.Parity)}})},
]


@pytest.mark.parametrize("axes", TWICE, ids=lambda axes: "-".join(axes))
def test_what_moves_twice_is_refused(axes):
    with pytest.raises(ss.Refusal):
        ss.sweep(BASE, axes)


def test_a_field_wins_over_the_part_it_is_in():
    problems = {"near": zoo.specimen(ss.SignalNoise, dim=20.0), "far": zoo.specimen(ss.SignalNoise, dim=300.0)}
    for axes in ({"problem.dim": [40, 50], "problem": problems}, {"problem": problems, "problem.dim": [40, 50]}):
        data = held(BASE, axes)
        near = data["train_loss"].transpose("problem", "dim", ...)
        np.testing.assert_allclose(near[0], near[1], rtol=1e-9)
    algorithms = {"GD": ss.GradientDescent(0.5), "SGD": ss.SGD(0.5, batch_size=3)}
    schedules = {"e": ss.Exponential(0.1), "i": ss.InverseTime(3.0)}
    held(BASE, {"algorithm.schedule": schedules, "algorithm": algorithms, "algorithm.learning_rate": [0.1, 1.0]})


def test_a_path_need_exist_in_the_cells_alone():
    noisy = {"flips": ss.LabelNoiseGD(0.5), "gaussian": ss.LabelNoiseGD(0.5, noise="gaussian")}
    held(BASE, {"algorithm.flip_rate": [0.0, 0.4], "algorithm": noisy})
    held(BASE, {"algorithm.schedule": {"a": ss.Exponential(0.1)}, "algorithm.schedule.rate": [0.2, 0.5]})
    with pytest.raises(ss.Refusal, match="GD"):
        ss.sweep(BASE, {"algorithm.flip_rate": [0.1], "algorithm": noisy | {"GD": ss.GradientDescent(0.5)}})
    with pytest.raises(ss.Refusal, match="flip_rate"):
        ss.sweep(BASE, {"algorithm.flip_rate": [0.1]})


def test_only_the_finished_experiment_need_be_valid():
    setting = replace(BASE, n_steps=10, record_every=5)
    held(setting, {"along": ss.Linked({"n_steps": [4, 6], "record_every": [2, 3]})})
    held(setting, {"record_every": [2], "n_steps": [4, 6]})
    held(setting, {"algorithm": {"Adam": ss.Adam(0.1)}, "space": ["weights"]})
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
    for path, values in (("images", [zoo.PIXELS, zoo.PIXELS]), ("labels", [zoo.SIDES]), ("noise", [1.0])):
        with pytest.raises(ss.Refusal, match=path):
            ss.sweep(images, {f"problem.{path}": values})


NAMES = ["seed", "time", "neuron", "sign", "sample", "patch", "kind", "test_error", "gamma", "fraction_diverged"]


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
    "orthogonal": (BASE, {"problem.orthogonal": [True, False]}),
    "flip_test_labels": (replace(BASE, problem=zoo.specimen(ss.SignalNoise, flip_rate_positive=0.4)), {
        "problem.flip_test_labels": [False, True]
    }),
    "n_signals": (replace(BASE, problem=zoo.specimen(ss.Parity)), {"problem.n_signals": [1, 3]}),
    "n_noise_patches": (BASE, {"problem.n_noise_patches": [1, 3], "n_samples": [4, 6]}),
    "measure": (replace(BASE, algorithm=ss.MetaReweighting(0.5, n_clean=2)), {
        "measure": ["summary", "coefficients", "weights"]
    }),
    "record_at": (replace(BASE, record_every=None), {"record_at": [(0, 2), (1, 5, 6), None]}),
    "record_every": (replace(BASE, record_every=None), {"record_every": [None, 3, 2]}),
    "test_noise": (BASE, {"problem.test_noise": ["fresh", "training"], "problem.extra_test_std": [0.0, 0.5]}),
    "batch_size": (replace(BASE, algorithm=ss.SAM(0.5, radius=0.1)), {"algorithm.batch_size": [None, 3]}),
    "signs": (BASE, {"network": {"one": ss.ThreeLayerCNN(2), "two": ss.PatchCNN(2), "lin": ss.LinearModel(1)}}),
    "steps": (replace(BASE, record_every=None), {"n_steps": [2, 6], "n_test": [5, 9], "regime": ["kernel", "feature"]}),
    "power": (BASE, {"network.power": [1, 2, 1.5], "network.patches": ["sum", "mean"]}),
}  # fmt: skip


@pytest.mark.parametrize("keep", ["seeds", "mean"])
@pytest.mark.parametrize("name", OPTIONS)
def test_options_are_axes_like_any_other(name, keep):
    held(*OPTIONS[name], keep=keep)


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


EXPERIMENT = """
[experiment]
n_samples = 8
n_steps = 6
record_every = 3
n_test = 20
measure = "coefficients"
problem = {type = "SignalNoise", dim = 30, signal_strength = 2.0, noise_std = 0.5}
network = {type = "PatchCNN", width = 3}
algorithm = {type = "GradientDescent", learning_rate = 0.3}
[axes]
"""
FILES = {
    "n·SNR² fixed": (
        'along = {fields = {n_samples = [4, 8], "problem.snr" = [0.5, 0.25]}}\n"problem.dim" = [30, 3000]',
        DERIVED["beside the dimension"][1],
    ),
    "a part in a part": (
        '[axes.algorithm]\nM = {type = "Momentum", learning_rate = 0.3, schedule = {type = "Cosine", n_steps = 6}}',
        {"algorithm": {"M": ss.Momentum(0.3, schedule=ss.Cosine(6))}},
    ),
    "counts from start to stop": ("n_samples = {start = 4, stop = 8, num = 3}", {"n_samples": [4, 6, 8]}),
    "switches and words": (
        '"problem.orthogonal" = [true, false]\n"problem.test_noise" = ["fresh", "training"]',
        {"problem.orthogonal": [True, False], "problem.test_noise": ["fresh", "training"]},
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_means_the_same(name, tmp_path, capsys):
    text, axes = FILES[name]
    (tmp_path / "grid.toml").write_text(f"n_seeds = 2\nseed = 3\n{EXPERIMENT}{text}\n")
    main(["sweep", "--file", str(tmp_path / "grid.toml"), "--store", str(tmp_path / "grid.zarr")])
    check(Grid(BASE, axes, 2, 3), ss.load(tmp_path / "grid.zarr"))


def test_flags_mean_the_same(tmp_path, capsys):
    (tmp_path / "grid.toml").write_text(EXPERIMENT)
    axes = {"problem.snr": [0.5, 0.25], "problem.dim": [30, 3000], "network.width": [1, 3]}
    words = [word for path, values in axes.items() for word in ("--axis", path, *map(str, values))]
    places = ["--file", str(tmp_path / "grid.toml"), "--store", str(tmp_path / "grid.zarr"), "--seed", "3"]
    main(["sweep", *places, *words])
    check(Grid(BASE, axes, 1, 3), ss.load(tmp_path / "grid.zarr"))


def test_a_run_alone_is_a_sweep_of_one_cell():
    own = alone(BASE, 3, 0)
    assert set(own.data_vars) <= set(ss.sweep(BASE, {"problem.dim": [30]}, seed=3).data_vars)
