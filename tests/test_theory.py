"""Theorems as functions of experiments: their arithmetic, scaling, silence, and where they hold."""

import dataclasses
import json

import jax
import numpy as np
import pytest

import sigspike as ss
from sigspike import theory
from sigspike.cli.check import table
from sigspike.cli.main import main
from sigspike.foundation import paths
from sigspike.foundation.check import Refusal
from sigspike.foundation.strict_json import finite
from sigspike.theory.theorem import wants

LOW = ss.Experiment(
    ss.SignalNoise(dim=2000, signal_strength=2.0, noise_std=0.5),
    ss.PatchCNN(width=20, init_std=0.01),
    ss.LabelNoiseGD(1.0, flip_rate=0.1),
    n_samples=200,
    n_steps=10,
)
RELU = ss.put(ss.put(LOW, "network.activation.power", 1), "algorithm", ss.GradientDescent(0.1))
RELU = ss.put(RELU, "problem.orthogonal", False)
SPOKEN_OF = {
    "gd-memorises": ss.put(LOW, "algorithm", ss.GradientDescent(1.0)),
    "label-noise-learns": LOW,
    "two-stages": ss.put(RELU, "problem.flip_rate", 0.2),
    "clean-labels": RELU,
    "benign-overfitting": RELU,
    "smooth-activation": ss.put(
        ss.put(LOW, "algorithm", ss.GradientDescent(1.0)), "network.activation.power", 3
    ),
}


def report(name, **options):
    return theory.THEOREMS[name](**options)(SPOKEN_OF[name])


def test_assumption_3_1_by_hand():
    found = {
        entry.name: entry.ratio for entry in report("label-noise-learns", delta=0.1).conditions
    }
    log = np.log(2000 / 0.1)
    by_hand = {
        "dimension": 2000 / (np.log(200 / 0.1) * max(200**2, 200 * 4 / 0.25)),
        "width": 20 / log,
        "samples": 200 / log,
        "learning rate": 1 / (0.25 * 2000 * log),
        "init, from below": 0.01 / (log * 200 / 0.5 * 2000**-0.75),
        "init, noise small": 2000**-0.5 / 0.5 / log / 0.01,
        "init, signal small": 2000**-0.625 / 2 / log / 0.01,
        "flips, from below": 0.1 / (np.log(2000) / np.sqrt(20 * 200)),
        "flips, from above": 1 / 0.1,
        "low SNR": 1 / (np.sqrt(200) * 2 / (0.5 * np.sqrt(2000))),
    }
    assert found == pytest.approx(by_hand, rel=1e-6)
    rebuttal = theory.LabelNoiseLearns(low_snr="rebuttal")(LOW)["low SNR"]
    assert rebuttal.ratio == pytest.approx(1 / (1.6 * np.log(2000)), rel=1e-6)


def test_the_ratio_of_the_two_times_is_a_multiple_of_n_snr2():
    """m³n/(ηεσₚ²d) over m log(6/(σ₀‖μ‖))/(η‖μ‖²) is n·SNR² m²/(ε log(6/(σ₀‖μ‖))).

    So it is n·SNR² at m² = ε log(6/(σ₀‖μ‖)); the authors' rebuttal has m² = log(6/(σ₀‖μ‖))/ε, with
    which the printed times give n·SNR²/ε².
    """
    slow, fast = (report(name, epsilon=0.05) for name in ("gd-memorises", "label-noise-learns"))
    shared = fast["T1"].value / 4
    ratio = (slow["fitted"].value - shared) / (fast["take-over"].value - shared)
    assert ratio == pytest.approx(1.6 * 20**2 / (0.05 * np.log(6 / 0.02)), rel=1e-5)


def test_published_numbers():
    assert report("benign-overfitting")["fitted"].value == pytest.approx(
        20 * 200 / (0.1 * 0.01 * 500), rel=1e-6
    )
    stages = report("two-stages")
    assert stages["T1"].value == pytest.approx(20 * 200 / (0.1 * 500), rel=1e-6)
    assert stages["D_test error at the end"].value == pytest.approx(0.1)
    assert stages["selection threshold"].value == pytest.approx(np.log(2))
    levels = report("label-noise-learns")
    assert levels["mean margin y f"].value == pytest.approx(np.log(9), rel=1e-6)
    assert levels["loss on the step's labels"].value == pytest.approx(0.325083, rel=1e-5)


@pytest.mark.parametrize("name", theory.THEOREMS)
def test_conditions_know_no_unit_of_length(name):
    """x → c x, w → w / c, η → η / c²: the same training, so every ratio is the same."""
    base = SPOKEN_OF[name]
    scaled = base
    for path, power in {
        "problem.signal_strength": 1,
        "problem.noise_std": 1,
        "network.init_std": -1,
        "algorithm.learning_rate": -2,
    }.items():
        owner, field = path.split(".")
        value = getattr(getattr(base, owner), field)
        scaled = ss.put(scaled, path, value * 2.0**power)
    one, other = (theory.THEOREMS[name]()(experiment) for experiment in (base, scaled))
    assert one.applies
    assert [entry.ratio for entry in one.conditions] == pytest.approx(
        [e.ratio for e in other.conditions], rel=1e-6
    )
    assert [e.value for e in one.predictions] == pytest.approx(
        [e.value for e in other.predictions], rel=1e-6, nan_ok=True
    )


@pytest.mark.parametrize("name", theory.THEOREMS)
def test_the_largest_constant_is_the_largest(name):
    largest = report(name).largest_constant
    assert theory.THEOREMS[name](constant=largest * 0.999)(SPOKEN_OF[name]).holds
    assert not theory.THEOREMS[name](constant=largest * 1.001)(SPOKEN_OF[name]).holds


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("network.activation", ss.Leaky(0.2), "activation"),
        ("network.bias", True, "bias"),
        ("network.init", "uniform", "initial weights"),
        ("network.filters", "sum", "filters"),
        ("network", ss.ThreeLayerCNN(width=3), "network"),
        ("problem.orthogonal", False, "noise orthogonal to μ"),
        ("problem.flip_rate", 0.1, "fixed label flips τ"),
        ("problem.n_noise_patches", 2, "noise patches"),
        ("problem.noise_std", 0.0, "noise std σ_p"),
        ("algorithm", ss.GradientDescent(0.1, optimiser=ss.HeavyBall()), "optimiser"),
        ("algorithm.weight_decay", 0.1, "weight decay"),
        ("algorithm.schedule", ss.Cosine(5), "schedule"),
        ("algorithm.batches", ss.Shuffled(2), "batches"),
        ("algorithm.loss", ss.Hinge(), "loss"),
        ("algorithm.ascent", ss.Sharpness(0.1), "ascent"),
        ("algorithm.weights", ss.HypergradientWeights(2), "weights"),
        ("stop", "fitted", "stop"),
    ],
)
def test_a_theorem_is_silent_about_other_experiments_and_says_why(path, value, named):
    said = theory.LabelNoiseLearns()(ss.put(LOW, path, value))
    assert named in [entry.name for entry in said.hypotheses if not entry.holds]
    assert not said.applies
    assert not said.holds
    assert (said.conditions, said.predictions) == ((), ())
    with pytest.raises(Refusal, match="speaks about"):
        theory.excess(theory.LabelNoiseLearns(), ss.put(LOW, path, value))


def test_label_noise_without_flips_is_gradient_descent():
    assert theory.GradientDescentMemorises()(ss.put(LOW, "algorithm.labels.flip_rate", 0.0)).applies
    assert not theory.GradientDescentMemorises()(LOW).applies


def test_a_time_without_meaning_is_refused_by_name():
    large = theory.LabelNoiseLearns()(ss.put(LOW, "network.init_std", 1.0))
    assert np.isnan(large["T1"].value)
    assert "σ₀σₚ√d < 1" in large["T1"].missing
    silent = theory.LabelNoiseLearns()(ss.put(LOW, "problem.signal_strength", 0.0))
    assert np.isnan(silent["take-over"].value)
    assert silent["take-over"].missing


def test_boundaries_by_hand():
    dims = [1000.0, 4000.0, 9000.0]
    strength = ("problem.signal_strength", 0.01, 100.0)
    found = theory.predicted_boundary(
        theory.LabelNoiseLearns(), LOW, ("problem.dim", dims), strength
    )
    assert found.values == pytest.approx(np.sqrt(0.25 * np.array(dims) / 200), rel=1e-5)
    assert found.dims == ("dim",)
    found = theory.predicted_boundary(
        theory.BenignOverfitting(), RELU, ("problem.dim", dims), strength
    )
    assert found.values == pytest.approx(0.5 * (np.array(dims) / 200) ** 0.25, rel=1e-5)
    cubed = SPOKEN_OF["smooth-activation"]
    found = theory.predicted_boundary(
        theory.SmoothActivation(), cubed, ("problem.snr", [0.5]), ("n_samples", 1.0, 100.0)
    )
    assert found.values == pytest.approx([8.0], rel=1e-3)
    never = theory.predicted_boundary(
        theory.LabelNoiseLearns(), LOW, ("problem.dim", dims), (strength[0], 1e-6, 1e-5)
    )
    assert np.isnan(never).all()


def test_the_phase_is_labelled_as_a_sweep_is():
    axes = {"problem.snr": [0.05, 0.1], "n_samples": [100, 200, 400]}
    phase = theory.predicted_phase(theory.LabelNoiseLearns(), LOW, axes)
    assert phase.dims == ("snr", "n_samples")
    assert phase.values == pytest.approx(
        np.log(np.outer([0.05**2, 0.1**2], [100, 200, 400])), rel=1e-4
    )


def test_the_window_opens_between_1e20_and_1e21():
    dims = [1e18, 1e20, 1e21, 1e24, 1e30]
    data = theory.consistent_scaling(dims)
    assert data.consistent.values.tolist() == [False, False, True, True, True]
    assert 1e20 < theory.first_dimension() < 1e21
    open_ended = theory.first_dimension(leave_out=["flips, from below"])
    assert open_ended == pytest.approx(theory.first_dimension(), rel=1e-3), (
        "the bound on p costs width, not dimension"
    )
    window = np.asarray(dims) ** (1 / 12) / np.log(np.asarray(dims) / 0.05)
    assert data.largest_constant.values == pytest.approx(window, rel=0.05), (
        "C = d^(1/12)/log(d/δ), but for whole n"
    )
    assert (data.condition_constant.sel(dim=1e24) >= 1 - 1e-9).all()


def test_no_choice_found_at_random_is_better():
    """10 000 random choices at d = 1e22: none meets the conditions at a larger C, none at C = 1
    with fewer steps.
    """
    dim, rng = 1e22, np.random.default_rng(0)
    data = theory.consistent_scaling([dim]).isel(dim=0)
    theorem, log = theory.LabelNoiseLearns(), np.log(dim / 0.05)
    best, fewest, met = 0.0, np.inf, 0
    for _ in range(10_000):
        slack = np.exp(0.2 * rng.normal(size=4) + 0.2)  # beyond, or short of, what C = 1 asks for
        n = np.ceil(rng.uniform(40, 110))
        start = log * n * dim**-0.75 * slack[0]
        scales = theory.Scales(
            n_samples=n,
            width=np.ceil((np.log(dim) / 0.1) ** 2 / n * slack[1]),
            dim=dim,
            signal_strength=dim**-0.625 / (log * start * slack[2]),
            noise_std=1.0,
            init_std=start,
            learning_rate=1 / (dim * log * slack[3]),
            flip_rate=0.1,
        )
        smallest = min(entry.largest_constant for entry in theorem.conditions(scales))
        best = max(best, smallest)
        if smallest >= 1:
            met += 1
            fewest = min(
                fewest, next(e.value for e in theorem.predictions(scales) if e.name == "take-over")
            )
    assert met > 100
    assert best <= float(data.largest_constant)
    assert fewest >= float(data.steps)


def test_what_it_costs_to_live_there():
    """The second term of Theorem 3.3's time but for logarithms: d^(3/4) with the fewest samples,
    d^(5/4) with most.
    """
    dims = np.geomspace(1e24, 1e30, 13)
    for samples, power in (("fewest", 3 / 4), ("most", 5 / 4)):
        data = theory.consistent_scaling(dims, samples=samples, leave_out=["flips, from below"])
        log = np.log(dims / 0.05)
        n = data.n_samples.values
        # m / η and the logarithm
        rest = data.width * log * np.log(6 / (data.init_std * data.signal_strength)).values
        rest = rest * (log**4 * (n / dims ** (0.25 if samples == "most" else 0)) ** 2)
        slope = np.polyfit(np.log(dims), np.log(data.steps.values / rest.values), 1)[0]
        assert slope == pytest.approx(power, abs=0.01)
        strength = data.signal_strength.values * n * log**2
        assert strength == pytest.approx(dims ** (1 / 8), rel=1e-6)


def test_the_rebuttals_own_example_fails():
    theorem = theory.LabelNoiseLearns()
    for dim in np.geomspace(1e3, 1e30, 28):
        found = {
            entry.name: entry.holds() for entry in theorem.conditions(theory.rebuttal_example(dim))
        }
        assert not found["init, from below"]
        assert found["init, signal small"] or dim < 1e60


def test_check_prints_tables_and_json(capsys):
    main(
        [
            "check",
            "problem:signal-noise",
            "--problem.dim",
            "2000",
            "--problem.signal-strength",
            "2",
            "--problem.noise-std",
            "0.5",
        ]
    )
    shown = capsys.readouterr().out
    assert "FAILS" in shown
    assert "d ≥ C log(n/δ)" in shown
    assert "does not speak about this experiment: labels must be Given, got Flips" in shown
    main(["check", "--json", "--theorem", "label-noise-learns", "--constant", "0.0001"])
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["label-noise-learns"]
    assert said["label-noise-learns"]["holds"]
    assert said["label-noise-learns"]["conditions"][0]["ratio"] > 0


def test_scales_are_those_of_the_experiment():
    scales = theory.Scales.of(LOW)
    assert scales.n_snr2 == pytest.approx(200 * float(LOW.problem.snr) ** 2, rel=1e-6)
    assert scales.signal_rate == pytest.approx(scales.noise_rate * scales.n_snr2, rel=1e-9)
    assert dataclasses.asdict(scales)["dim"] == 2000


EXTREMES = {
    "problem.signal_strength": (0.0, 1e-300, 1e-30, 1e30, 1e80, 1e300),
    "problem.noise_std": (1e-300, 1e-30, 1e30, 1e300),
    "problem.dim": (2.0, 1e30, 1e210, 1e308),
    "network.init_std": (0.0, 1e-300, 1e30, 1e300),
    "network.width": (1, 2**31 - 1),
    "algorithm.learning_rate": (0.0, 1e-300, 1e30, 1e300),
    "n_samples": (1, 2**31 - 1),
}
POWERS = (np.nextafter(2, 3), 2.01, 3, 200, 1e300)
CONSTANTS = (1e-300, 1e-30, 1.0, 1e30, 1e300)


def extreme(name, rng):
    """An experiment that a theorem speaks about, with some numbers as odd as they may be."""
    at = SPOKEN_OF[name]
    for path, values in EXTREMES.items():
        if rng.random() < 0.5:
            try:
                at = ss.put(at, path, values[rng.integers(len(values))])
            except Refusal:
                assert not jax.config.jax_enable_x64, "float32 alone has no such numbers"
    if name != "smooth-activation":
        return at
    return ss.put(at, "network.activation.power", POWERS[rng.integers(len(POWERS))])


@pytest.mark.parametrize("name", theory.THEOREMS)
def test_no_legal_number_is_too_odd_for_a_theorem(name):
    rng, undecided = np.random.default_rng(0), 0
    for _ in range(200):
        at = extreme(name, rng)
        theorem = theory.THEOREMS[name](CONSTANTS[rng.integers(5)], (5e-324, 0.05)[rng.integers(2)])
        said = theorem(at)
        assert said.applies
        ratios = [entry.ratio for entry in said.conditions]
        assert said.holds == all(ratio >= said.constant for ratio in ratios)
        assert all(entry.missing or not np.isnan(entry.value) for entry in said.predictions)
        assert np.isnan(said.largest_constant) == np.isnan(ratios).any()
        assert ("  ?  " in table(said)) == np.isnan(ratios).any()
        undecided += np.isnan(ratios).any()
        json.dumps(finite(said.as_dict()), allow_nan=False)
        assert isinstance(theory.excess(theorem, at), float)
    assert undecided < 150


def test_numbers_far_out_are_still_right():
    """With d = 10²¹⁰ and ‖μ‖ = 10⁸⁰ σₚ: n‖μ‖⁴/(σₚ⁴d) = 10¹¹⁰ n, though ‖μ‖⁴ is beyond double
    precision.
    """
    huge = theory.Scales(100, 10, 1e210, 1e80, 1.0, 1e-120, 1e-220)
    assert theory.BenignOverfitting().control(huge) == pytest.approx(1e112)
    tiny = dataclasses.replace(
        huge, signal_strength=1e-80, noise_std=1e-160, init_std=1e40, learning_rate=1e100
    )
    one, other = (
        theory.LabelNoiseLearns().conditions(at.in_units_of_noise()) for at in (huge, tiny)
    )
    assert [entry.ratio for entry in one] == pytest.approx([entry.ratio for entry in other])


@pytest.mark.parametrize(
    "path", ["algorithm", "algorithm.schedule", "network", "network.activation", "problem"]
)
def test_a_theorem_is_silent_about_a_subclass(path):
    """It may do anything at a step, and have the name of its parent."""
    base = SPOKEN_OF["gd-memorises"]
    part = paths.get(base, path)
    kind = type("Mine", (type(part),), {"__module__": "script"})
    other = kind(**{field.name: getattr(part, field.name) for field in dataclasses.fields(part)})
    said = theory.GradientDescentMemorises()(ss.put(base, path, other))
    failed = [entry.found for entry in said.hypotheses if not entry.holds]
    assert failed == ["Mine of script, a subclass"]


def test_a_theorem_is_silent_about_a_namesake():
    namesake = type("Logistic", (), {"__module__": "script"})()
    said = wants("loss", ss.Logistic, namesake)
    assert (said.holds, said.found) == (False, "Logistic of script")
    assert wants("loss", ss.Logistic, ss.Logistic()).holds


def test_the_critical_dimension_by_hand():
    strength, dims = [1.0, 3.0], ("problem.dim", 10.0, 1e6)
    found = theory.predicted_boundary(
        theory.LabelNoiseLearns(), LOW, ("problem.signal_strength", strength), dims
    )  # n ‖μ‖² = σ² d
    assert found.values == pytest.approx(200 * np.array(strength) ** 2 / 0.25, rel=1e-5)
    assert found.name == "dim"
