"""Meta-reweighting: its recursions in NumPy, the kernel regime, and what a record says.

The recursions are those of arXiv 2510.12209.
"""

from dataclasses import replace

import jax
import numpy as np
import pytest
import xarray as xr
import zoo
from conftest import FLOAT32
from jax import random
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

import sigspike as ss
from sigspike.models.networks import Tangent
from sigspike.simulation.simulation import begin, draw
from sigspike.training import Randomness
from sigspike.training.spaces import SPACES

N, N_CLEAN, N_STEPS = 30, 6, 60
RATE, BETA = 0.02, 0.05
PROBLEM = ss.SignalNoise(dim=50, signal_strength=2.0, noise_std=0.3).with_flip_rate(0.3)
RULES = {
    "persistent": ss.PersistentWeights(BETA),
    "fresh": ss.FreshWeights(every=3),
    "network": ss.WeightNetwork(0.1),
}
NOTHING = Randomness(None, (), ())


def setting(network, algorithm, **options):
    sizes = {
        "n_samples": N,
        "n_steps": N_STEPS,
        "record_every": 1,
        "n_test": 40,
        "measure": "weights",
    }
    return ss.Experiment(PROBLEM, network, algorithm, **(sizes | options))


def kernel_machine(**options):
    algorithm = ss.MetaReweighting(
        RATE, N_CLEAN, rule=ss.PersistentWeights(BETA), loss=ss.Squared(), **options
    )
    return setting(ss.LinearModel(init_std=0.05), algorithm)


@pytest.fixture(scope="module")
def machine():
    """A run of the kernel machine, with its draw."""
    chosen, key = kernel_machine(), random.key(0)
    drawn = jax.jit(lambda at: draw(chosen, at, None))(random.split(key)[0])
    return ss.simulate(chosen, key), drawn


def recursion(kernel, start, label, n_clean, n_steps):
    """The recursion: r̂ᵛ = rᵛ − ηK_vt diag(w) r, w ← clip(w + (β/m_v) r Σ_j K r̂ᵛ), r ← r − ηK_tt
    diag(w) r.
    """
    n = len(label) - n_clean
    rate = RATE / n  # the paper sums over the training examples
    residual = start - label
    r, r_v = residual[:n].copy(), residual[n:].copy()
    k_tt, k_tv = kernel[:n, :n], kernel[:n, n:]
    weights, seen = np.full(n, 0.5), []
    for _ in range(n_steps + 1):
        ahead = r_v - rate * k_tv.T @ (weights * r)
        coupling = r * (k_tv @ ahead) / n_clean
        seen.append((weights, coupling, 0.5 * np.mean(r_v**2)))
        weights = np.clip(weights + BETA * coupling, 0, 1)
        r, r_v = r - rate * k_tt @ (weights * r), r_v - rate * k_tv.T @ (weights * r)
    return [np.array(part) for part in zip(*seen, strict=True)]


@pytest.mark.law
def test_a_kernel_machine_follows_the_recursion_of_paper_c(machine, tolerance):
    record, drawn = machine
    both = drawn.train.then(drawn.clean)
    inputs = np.asarray(both.membership[:, 0] @ both.signal + both.noise[:, 0], float)
    label = np.asarray(both.label, float)
    start = inputs @ np.asarray(drawn.first[0, 0], float)
    weights, coupling, clean_loss = recursion(inputs @ inputs.T, start, label, N_CLEAN, N_STEPS)
    np.testing.assert_allclose(record.weight, weights, rtol=0, atol=tolerance)
    np.testing.assert_allclose(
        record.coupling, coupling, rtol=0, atol=tolerance * abs(coupling).max()
    )
    np.testing.assert_allclose(record.clean_loss, clean_loss, rtol=tolerance)
    assert weights[-1].max() == 1
    assert weights[-1].min() == 0


def test_the_clean_subset_is_balanced_true_and_never_descended(machine):
    _, drawn = machine
    assert sorted(np.asarray(drawn.clean.label)) == [-1] * 3 + [1] * 3
    np.testing.assert_array_equal(drawn.clean.label, drawn.clean.truth)
    assert (drawn.train.label != drawn.train.truth).any()
    algorithm = ss.MetaReweighting(RATE, N_CLEAN, loss=ss.Squared())
    task, params = begin(zoo.experiment(network=ss.LinearModel(), algorithm=algorithm), drawn)
    after, _ = algorithm.step(task, params, algorithm.init(task, params, random.key(0)), NOTHING)
    learnt = task.space.learnt(after).noise[0, 0, :, 0]
    assert (learnt[:N] != 0).sum() > N / 2
    assert (learnt[N:] == 0).all()


def test_a_record_says_what_the_weights_and_couplings_are(machine):
    record, drawn = machine
    flipped = np.asarray(drawn.train.label != drawn.train.truth)
    np.testing.assert_array_equal(record.flipped[0], flipped)
    for moment in (1, N_STEPS):
        weight, coupling = np.asarray(record.weight[moment]), np.asarray(record.coupling[moment])
        assert record.auc_weights[moment] == pytest.approx(roc_auc_score(~flipped, weight))
        assert record.auc_couplings[moment] == pytest.approx(roc_auc_score(~flipped, coupling))
        assert record.coupling_norm[moment] == pytest.approx(
            np.sqrt(np.mean(coupling**2)), rel=1e-5
        )
        expected = [weight[~flipped].mean(), weight[flipped].mean()]
        np.testing.assert_allclose(record.weight_mean[moment], expected, rtol=1e-5)


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-10 needs float64")
@pytest.mark.parametrize("regime", ["feature", "kernel"])
@pytest.mark.parametrize("algorithm", [ss.MetaReweighting, ss.FeatureReweighting], ids=repr)
def test_both_spaces_agree_to_1e_10(algorithm, regime):
    chosen = algorithm(
        0.3, zoo.N_CLEAN, rule=ss.PersistentWeights(2.0), disturbance=ss.Jitter(0.01)
    )
    chosen = zoo.experiment(
        zoo.specimen(ss.SignalNoise).with_flip_rate(0.3), algorithm=chosen, measure="weights"
    )
    chosen = replace(chosen, regime=regime)
    drawn = zoo.explicit(chosen)
    here, there = (
        zoo.learn(ss.put(chosen, "space", space), drawn, random.key(1)) for space in SPACES
    )
    assert np.ptp(here.weight) > 0.3
    assert zoo.differences(here, there).pop("weight") < 1e-10
    assert (
        max(value for value in zoo.differences(here, there).values() if np.isfinite(value)) < 1e-10
    )


@pytest.mark.law
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("space", SPACES)
def test_every_rule_runs_in_either_space(rule, space, tolerance):
    algorithm = ss.MetaReweighting(0.3, zoo.N_CLEAN, rule=RULES[rule])
    chosen = zoo.experiment(algorithm=algorithm, n_steps=20, record_every=10, measure="weights")
    record = zoo.learn(ss.put(chosen, "space", space), zoo.explicit(chosen), random.key(1))
    weight = np.asarray(record.weight)
    assert np.isfinite(weight).all()
    assert weight.min() >= 0
    assert weight.max() <= 1
    if rule == "fresh":
        np.testing.assert_allclose(weight[1:].sum(1), 1, rtol=1e-5)


def brute_features(network, task, params):
    """Σ_p σ(⟨w, x^(p)⟩) of every example, from the filters and the inputs."""
    filters = np.asarray(task.space.filters(params), float)
    data = task.train.then(task.clean)
    patches = np.stack([data.membership[:, 0] @ data.signal, data.noise[:, 0]], 1)
    answers = (
        np.maximum(np.einsum("jrd,ipd->ijrp", filters, patches), 0) ** network.activation.power
    )
    return answers.sum(-1).reshape(len(patches), -1)


@pytest.mark.skipif(FLOAT32, reason="differences of 1e-9 need float64")
@pytest.mark.parametrize("centre", [True, False])
@pytest.mark.parametrize("signed", [True, False])
def test_feature_couplings_are_the_double_sum(centre, signed):
    network = zoo.specimen(ss.PatchCNN, init_std=0.3)
    algorithm = ss.FeatureReweighting(0.3, zoo.N_CLEAN, centre=centre, signed=signed)
    drawn = zoo.explicit(zoo.experiment(network=network, algorithm=algorithm))
    task, params = begin(
        zoo.experiment(network=network, algorithm=algorithm, space="weights"), drawn
    )
    label, every = np.concatenate([drawn.train.label, drawn.clean.label]), slice(None)
    jacobian = jax.jacobian(lambda at: task.logits(at.upper, task.space.overlaps(at), every))(
        params
    ).first.weights
    found = {
        "penultimate": brute_features(network, task, params),
        "ntk": np.asarray(jacobian).reshape(len(label), -1),
    }
    for name, features in found.items():
        own, clean = features[: zoo.N_SAMPLES], features[zoo.N_SAMPLES :]
        mean = clean.mean(0) if centre else 0
        likeness = (own - mean) @ (clean - mean).T
        agree = label[: zoo.N_SAMPLES, None] == label[None, zoo.N_SAMPLES :]
        expected = (np.where(agree, 1.0, -1.0 if signed else 0.0) * likeness).mean(1)
        state = algorithm.init(task, params, random.key(0))
        chosen = ss.put(algorithm, "weights.features", name)
        moment, weighing = chosen.look(task, params, state, NOTHING)
        seen = chosen.weights.look(moment, weighing, ())
        np.testing.assert_allclose(seen.couplings, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.skipif(FLOAT32, reason="differences over 1e-6 need float64")
def test_the_tangent_is_the_first_order_of_the_network(tolerance):
    network = zoo.specimen(ss.ThreeLayerCNN)
    drawn = zoo.explicit(zoo.experiment(network=network))
    space = SPACES["weights"](drawn.train, drawn.first)
    start = space.start(drawn.upper)
    way = jax.tree.map(lambda leaf: random.normal(random.key(3), leaf.shape), start)
    tangent = Tangent(network, start.upper, space.overlaps(start))

    def at(size, answer):
        there = space.move(start, size, way)
        return answer.logits(there.upper, space.overlaps(there), drawn.train)

    here = at(0.0, network)
    np.testing.assert_allclose(at(0.0, tangent), here, rtol=tolerance, atol=tolerance)
    slope = (at(1.0, tangent) - here) / 1.0
    np.testing.assert_allclose(
        at(7.0, tangent) - here, 7 * slope, rtol=tolerance * 10, atol=tolerance
    )
    step = 1e-6
    np.testing.assert_allclose(
        (at(step, network) - at(-step, network)) / (2 * step), slope, rtol=1e-2, atol=1e-3
    )


def test_test_predictions_of_the_kernel_regime_are_those_of_the_linearised_network():
    """Coefficient space turns the filters of two moments at once; weight space has R^d: the same
    law of test errors.
    """
    algorithm = ss.MetaReweighting(0.5, 6, rule=ss.PersistentWeights(1.0))
    chosen = setting(
        ss.PatchCNN(4, init_std=0.3),
        algorithm,
        n_steps=40,
        record_every=40,
        n_test=4000,
        regime="kernel",
    )
    keys = random.split(random.key(0), 12)

    def measured(space):
        own = ss.put(chosen, "space", space)
        return np.asarray(jax.vmap(lambda key: ss.simulate(own, key).test_error[-1])(keys))

    errors = {space: measured(space) for space in SPACES}
    gap = errors["coefficients"].mean() - errors["weights"].mean()
    error = np.sqrt(sum(values.var(ddof=1) / 12 for values in errors.values()))
    assert abs(gap) < 4 * error
    assert errors["weights"].mean() < 0.45


def test_a_users_kernel_is_the_kernel_machine():
    """K = X Xᵀ as a matrix, against ridgeless gradient descent on X by hand."""
    inputs = np.random.default_rng(2).standard_normal((40, 7))
    truth = np.sign(inputs[:, 0])
    data = ss.KernelData(inputs @ inputs.T, truth, n_held_out=10)
    chosen = ss.Experiment(
        data,
        ss.LinearModel(init_std=0.0),
        ss.GradientDescent(0.1, loss=ss.Squared()),
        20,
        50,
        record_every=50,
        n_test=10,
    )
    record, key = ss.simulate(chosen, random.key(4)), random.key(4)
    drawn = draw(chosen, random.split(key)[0], chosen.explicit_dim)
    gram = np.asarray(drawn.train.noise[:, 0] @ drawn.train.noise[:, 0].T, float)
    rows = [
        np.flatnonzero(np.isclose(np.diag(inputs @ inputs.T), value, rtol=1e-4))[0]
        for value in np.diag(gram)
    ]
    weights, own = np.zeros(7), inputs[rows]
    for _ in range(50):
        weights -= 0.1 * own.T @ (own @ weights - truth[rows]) / 20
    np.testing.assert_allclose(
        record.margin[-1], truth[rows] * (own @ weights), rtol=1e-3, atol=1e-4
    )
    held = inputs[30:] @ weights * truth[30:]
    assert float(record.test_error[-1]) == pytest.approx(np.mean(held < 0))


def test_first_couplings_have_their_law():
    """AUC = Φ(s √(2 n_v)) with s = ‖μ‖²/(σ_p² √d), for any flip rate."""
    problem = ss.SignalNoise(dim=400, signal_strength=1.0, noise_std=0.5).with_flip_rate(0.4)
    algorithm = ss.MetaReweighting(0.0, 8, loss=ss.Squared())
    chosen = ss.Experiment(
        problem,
        ss.LinearModel(init_std=0.0),
        algorithm,
        400,
        1,
        record_at=(0,),
        n_test=2,
        measure="weights",
    )
    seen = jax.vmap(lambda key: ss.simulate(chosen, key).auc_couplings[0])(
        random.split(random.key(0), 40)
    )
    expected = norm.cdf(1.0 / (0.25 * 20) * 4)
    assert abs(float(seen.mean()) - expected) < 4 * float(seen.std() / 40**0.5) + 1e-3


@pytest.mark.parametrize("kick", [ss.WeightKick(3.0, 0.5), ss.ParameterKick(3.0, 0.2)])
def test_a_kick_comes_once_and_at_its_step(kick):
    calm = ss.simulate(kernel_machine(), random.key(0))
    kicked = ss.simulate(kernel_machine(disturbance=kick), random.key(0))
    np.testing.assert_array_equal(kicked.weight[:3], calm.weight[:3])
    np.testing.assert_array_equal(kicked.clean_loss[:4], calm.clean_loss[:4])
    flipped = np.asarray(calm.flipped[0], bool)
    if isinstance(kick, ss.WeightKick):
        np.testing.assert_allclose(
            kicked.weight[3, flipped], np.minimum(calm.weight[3, flipped] + 0.5, 1), rtol=1e-6
        )
        np.testing.assert_array_equal(kicked.weight[3, ~flipped], calm.weight[3, ~flipped])
    assert (np.asarray(kicked.coupling[4]) != np.asarray(calm.coupling[4])).any()


def test_phases_of_a_made_up_run():
    time = np.arange(0, 101)
    distance = np.clip(0.5 - time / 20, 0, None)
    weight = np.stack([1 - distance, distance], -1)
    loss = np.exp(-time / 10.0)
    data = xr.Dataset(
        {"weight": (("time", "sample"), weight), "clean_loss": ("time", loss)}, {"time": time}
    )
    found = ss.reweighting_phases(data)
    assert float(found["at"].sel(stage="aligned")) == pytest.approx(9, abs=0.2)
    left = (loss - loss.min()) / (1 - loss.min())
    assert float(found["at"].sel(stage="filtered")) == pytest.approx(
        np.interp(0.05, left[::-1], time[::-1]), abs=0.5
    )
    phases = ss.phase_of(data, found)
    assert list(phases.sel(time=[0, 15, 90]).values) == ["alignment", "filtering", "post-filtering"]
    early = ss.reweighting_phases(data.assign(clean_loss=("time", np.exp(-time / 1.0))))
    assert not bool(early["ordered"])
    assert np.isnan(early["at"].sel(stage="filtered"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ss.MetaReweighting(0.1, 1), "n_clean"),
        (lambda: setting(ss.PatchCNN(3), ss.MetaReweighting(0.1, N + 1)), "n_clean"),
        (lambda: setting(ss.PatchCNN(3), ss.GradientDescent(0.1)), "measure"),
        (
            lambda: ss.MetaReweighting(0.1, 4, rule=ss.FreshWeights(), disturbance=ss.Jitter(1.0)),
            "disturbance",
        ),
        (lambda: ss.reweighting_phases(xr.Dataset()), "weights"),
    ],
)
def test_refusals(make, words):
    with pytest.raises(ss.Refusal, match=words):
        make()
