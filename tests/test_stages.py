"""Stages are found where known curves cross, and never where they do not."""

import jax
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import sigspike as ss
from sigspike.common.stages import Moment

EVERY = 10


def curve(values, **dims):
    """Values over every tenth step, behind other dimensions."""
    values = np.asarray(values, float)
    return xr.DataArray(
        values, coords=dims | {"time": EVERY * np.arange(values.shape[-1])}, dims=[*dims, "time"]
    )


def summary(gamma, noise_clean, noise_flipped=np.nan, margin=0.0, clean=1.0, flipped=np.nan):
    """A summary record of these curves (means and maxima alike), the class +1 a little behind."""
    steps = max(np.size(x) for x in (gamma, noise_clean, margin, clean, flipped))
    row = lambda x: np.broadcast_to(np.asarray(x, float), steps)  # noqa: E731
    kinds = np.stack([row(noise_clean), row(noise_flipped)])
    variables = {}
    for name in ("max", "mean"):
        variables[f"gamma_{name}"] = (("time", "sign"), np.stack([row(gamma)] * 2, -1))
        variables[f"rho_bar_{name}"] = (
            ("time", "sign", "kind"),
            np.moveaxis(np.stack([kinds, 0.99 * kinds]), -1, 0),
        )
    variables["margin_mean"] = (("time", "kind"), np.stack([row(margin), row(np.nan)], -1))
    variables["accuracy"] = (("time", "kind"), np.stack([row(clean), row(flipped)], -1))
    kind = np.array(["clean", "flipped"], dtype=object)
    return xr.Dataset(variables, {"time": EVERY * np.arange(steps), "sign": [-1, 1], "kind": kind})


def test_an_exponential_is_timed_exactly_between_its_records():
    steps = EVERY * np.arange(100)
    found = ss.first_time(curve(1e-3 * np.exp(0.02 * steps)), 1.0)
    assert float(found["at"]) == pytest.approx(np.log(1e3) / 0.02, rel=1e-12)
    assert (float(found["low"]), float(found["high"])) == (340, 350)
    falling = ss.first_time(curve(np.exp(-0.02 * steps)), np.exp(-5.0), rising=False)
    assert float(falling["at"]) == pytest.approx(250, rel=1e-12)
    through_zero = ss.first_time(curve(steps - 123.0), 0.0)
    assert float(through_zero["at"]) == pytest.approx(123, rel=1e-12)


def test_every_run_has_its_own_crossing_and_level():
    curves = curve([[0, 1, 2, 3], [0, 0, 0, 0], [5, 5, 5, 5], [0, np.nan, 4, 0]], run=list("abcd"))
    found = ss.first_time(curves, xr.DataArray([1.5, 2.5], dims="level"))
    assert found["reached"].sel(run="b").values.tolist() == [False, False]
    np.testing.assert_allclose(
        found["at"].sel(run="a"), [10 + 10 * np.log2(1.5), 20 + 10 * np.log(2.5 / 2) / np.log(1.5)]
    )
    assert found["at"].sel(run="c").values.tolist() == [0, 0], "beyond from the first record on"
    assert np.isnan(found[["at", "low", "high"]].sel(run="b").to_array()).all()
    assert found["low"].sel(run="d").values.tolist() == [0, 0], "NaN is no record"
    assert found["high"].sel(run="d").values.tolist() == [20, 20]
    assert (found["last"] == 30).all()


def test_nothing_is_found_after_a_divergence():
    found = ss.first_time(curve([0, 1, np.nan, np.nan]), 2.0)
    assert not found["reached"]
    assert str(Moment.of("T1", found)) == "T1: not reached by step 10"
    empty = ss.first_time(curve([np.nan, np.nan]), 2.0)
    assert not empty["reached"]
    assert np.isnan(empty["last"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-5, 5) | st.just(np.nan), min_size=1, max_size=12),
    st.floats(-5, 5),
    st.floats(0, 3),
    st.booleans(),
)
def test_a_crossing_lies_between_its_records_and_moves_with_the_level(values, level, more, rising):
    found = ss.first_time(curve(values), level, rising)
    beyond = [v >= level if rising else v <= level for v in values]
    assert bool(found["reached"]) == any(beyond)
    if found["reached"]:
        assert found["low"] <= found["at"] <= found["high"]
        assert float(found["high"]) == EVERY * beyond.index(True)
    later = ss.first_time(curve(values), level + more if rising else level - more, rising)
    if later["reached"]:
        assert found["reached"]
        assert later["at"] >= found["at"]


def test_the_stages_of_label_noise():
    steps = EVERY * np.arange(101)
    noise = np.minimum(1e-2 * np.exp(0.03 * steps), 3.0)
    signal = 1e-4 * np.exp(0.015 * steps)
    margin = np.where(steps < 200, steps / 100, 2.2)
    found = ss.low_snr_stages(summary(signal, noise, margin=margin), flip_rate=0.1)
    at = dict(zip(found["stage"].values, found["at"].values, strict=True))
    assert at["memorised"] == pytest.approx(np.log(100) / 0.03, rel=1e-9)
    assert at["takeover"] == pytest.approx(np.log(3e4) / 0.015, rel=1e-9)
    assert 190 < at["plateau"] <= 200
    assert float(found["level"]) == pytest.approx(2.2)
    plain = ss.low_snr_stages(summary(signal, noise, margin=margin))
    assert not plain["reached"].sel(stage="plateau"), "gradient descent has no plateau"
    assert np.isnan(plain["level"])


def test_a_flip_rate_of_the_data_is_its_own():
    runs = [
        summary(1e-3, 1.0, margin=np.linspace(0, 2.1, 50)).assign_coords(flip_rate=p)
        for p in (0.0, 0.1, 0.01)
    ]
    reached = ss.low_snr_stages(xr.concat(runs, "flip_rate"))["reached"].sel(stage="plateau")
    assert reached.sel(flip_rate=[0.0, 0.1, 0.01]).values.tolist() == [False, True, False]


def test_the_two_stages_of_fixed_flips():
    steps = EVERY * np.arange(101)
    clean, flipped = np.clip(steps / 300, 0, 1), np.clip((steps - 600) / 200, 0, 1)
    gamma, noise = np.minimum(steps / 100, 3.0), steps / 150
    found = ss.two_stage_stages(summary(gamma, noise, noise, clean=clean, flipped=flipped))
    at = dict(zip(found["stage"].values, found["at"].values, strict=True))
    assert at == pytest.approx(
        {"separated": 300, "crossing": 3.0 / (0.995 / 150), "memorised": 800}
    )


def test_stages_of_several_classes_and_features_are_those_of_what_a_class_has_of_its_own():
    steps = EVERY * np.arange(101)
    clean, flipped = np.clip(steps / 300, 0, 1), np.clip((steps - 600) / 200, 0, 1)
    gamma, noise = np.minimum(steps / 100, 3.0), steps / 150
    two = summary(gamma, noise, noise, clean=clean, flipped=flipped)
    numbers = np.arange(3)
    three = two.isel(sign=[0, 0, 0]).rename(sign="class").assign_coords({"class": numbers})
    several = two.isel(sign=[0, 0, 0]).mean("sign")
    apart = three["gamma_mean"].expand_dims(feature=numbers)
    others = xr.DataArray(1 - np.eye(3), dims=("class", "feature"))
    three["gamma_mean"] = apart - 5 * others  # what a class unlearns of the others' plays no part
    single = two.assign(
        {name: several[name].expand_dims(sign=[-1, 1]) for name in ("gamma_mean", "rho_bar_mean")}
    )
    halves = xr.DataArray([0.25, 0.75], dims="feature")
    features = single.assign(gamma_mean=single["gamma_mean"] * halves)
    alone = ss.two_stage_stages(single)
    for found in map(ss.two_stage_stages, (three, features)):
        np.testing.assert_allclose(found["at"], alone["at"])
    assert alone["reached"].all()


def test_a_mean_of_ones_that_rounds_below_one_is_all_of_them():
    below = np.where(np.arange(20) < 10, 0.5, np.nextafter(np.float32(1), np.float32(0)))
    found = ss.two_stage_stages(summary(1.0, 0.5, 0.5, clean=below, flipped=0.0))
    assert float(found["high"].sel(stage="separated")) == 100


def test_what_is_not_there_is_not_reached():
    without = ss.two_stage_stages(summary(np.arange(20.0), np.arange(20.0)))
    assert not without["reached"].any(), "no flipped samples"
    leading = ss.two_stage_stages(
        summary(np.arange(20.0), 2 * np.arange(20.0), 2 * np.arange(20.0), flipped=1.0)
    )
    assert leading["reached"].values.tolist() == [False, False, True], (
        "memorised from the start: no stage I to end"
    )
    single = ss.low_snr_stages(summary(0.1, 0.2))
    assert single.sizes["stage"] == 3
    assert not single["reached"].any()


def test_over_runs_is_the_median_with_a_bootstrap_interval():
    at = np.random.default_rng(1).normal(100, 10, (2, 200))
    at[1, :120] = np.nan
    found = xr.Dataset(dict.fromkeys(("at", "low", "high", "last"), (("run", "seed"), at)))
    middle = ss.over_runs(found.assign(reached=~np.isnan(found["at"])))
    assert float(middle["at"][0]) == pytest.approx(np.median(at[0]))
    assert middle["low"][0] < middle["at"][0] < middle["high"][0]
    width = float(middle["high"][0] - middle["low"][0])
    assert width == pytest.approx(2 * 1.96 * 1.2533 * 10 / 200**0.5, rel=0.35), (
        "the normal law's median"
    )
    assert np.isnan(middle["at"][1]), "most runs have not reached it"
    assert middle["reached"].values.tolist() == [1, 0.4]


def test_words():
    found = ss.first_time(curve([1e-2, 1.0, 100.0]), 10.0)
    assert str(Moment.of("T1", found)) == "T1: step 15 (between 10 and 20)"
    with pytest.raises(ss.Refusal, match="`found` must hold one run, got one along run"):
        Moment.of("T1", ss.first_time(curve([[0, 1]], run=[0]), 1.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ss.first_time(xr.DataArray([1.0, 2.0], dims="step"), 1.0),
            r"`values` must .* over \('step',\)",
        ),
        (lambda: ss.first_time(curve([]), 1.0), "`values` must be a DataArray with records"),
        (
            lambda: ss.low_snr_stages(xr.Dataset({"gamma": 1.0})),
            "`data` .* gamma_max, .* got one with gamma; record",
        ),
        (lambda: ss.two_stage_stages(xr.Dataset()), "`data` must .* got one with none"),
    ],
)
def test_data_without_the_curves_is_refused(call, message):
    with pytest.raises(ss.Refusal, match=message):
        call()


def test_a_real_run_memorises_and_is_taken_over_by_the_signal():
    problem, network = ss.SignalNoise(2000, 2.0, 0.5), ss.PatchCNN(10)
    run = {"n_samples": 40, "n_steps": 600, "record_every": 5, "n_test": 50, "measure": "summary"}
    experiment = ss.Experiment(problem, network, ss.LabelNoiseGD(1.0, 0.1), **run)
    data = ss.named_axes(ss.simulate(experiment, jax.random.key(3)))
    stages = ss.low_snr_stages(data, 0.1)
    memorised, takeover = (stages.sel(stage=name) for name in ("memorised", "takeover"))
    noise = data["rho_bar_max"].max(["sign", "kind"])
    assert noise.sel(time=float(memorised["low"])) < 1 <= noise.sel(time=float(memorised["high"]))
    assert memorised["at"] < takeover["at"]
    assert str(Moment.of("T1", memorised)).startswith("T1: step ")


def test_signal_takes_over_where_noise_dies_out():
    """Between two records ρ̄ may fall from above γ to below 0: γ has passed it, and that is the
    take-over.
    """
    time = [0, 10, 20, 30]
    names = {"gamma_max": [0.0, 1.0, 2.0, 3.0], "rho_bar_max": [0.0, 5.0, 4.0, -1.0]}
    data = xr.Dataset(
        {name: (("time", "sign"), np.array(values)[:, None]) for name, values in names.items()}
    )
    margin = xr.DataArray(np.zeros((4, 1)), dims=("time", "kind"), coords={"kind": ["clean"]})
    found = ss.low_snr_stages(data.assign(margin_mean=margin).assign_coords(time=time), 0.1).sel(
        stage="takeover"
    )
    assert (float(found["at"]), float(found["low"]), float(found["high"])) == (30, 20, 30)
