"""Laws of every algorithm, the recursions of the papers, and torch's optimisers as oracles."""

import itertools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import random
from scipy.stats import binomtest, kstest, norm, uniform

import sigspike as ss
from sigspike.training import Randomness
from sigspike.training.spaces import SPACES

N_STEPS = 4
NETWORKS = [zoo.wide(kind, 3) for kind in zoo.concrete(ss.Network)]
FEW = [
    zoo.specimen(ss.GradientDescent),
    ss.GradientDescent(0.3, optimiser=ss.Adam()),
    zoo.specimen(ss.MetaReweighting),
]
CASES = [
    (space, network, algorithm)
    for network in NETWORKS
    for algorithm in (zoo.algorithms() if isinstance(network, ss.PatchCNN) else FEW)
    for space in SPACES
    if space in (zoo.space(algorithm), "weights")
    if isinstance(network, ss.PatchCNN) or not FLOAT32
]
SAMPLES = np.random.default_rng(0).permutation(zoo.N_SAMPLES)
NEURONS = {3: np.array([2, 0, 1]), 1: np.array([0])}  # by the width


@pytest.fixture(scope="module")
def drawn():
    """A draw for every network, without a clean subset; and with one, under the name of the
    network.
    """
    meta = zoo.specimen(ss.MetaReweighting)
    plain = {type(network): zoo.explicit(zoo.experiment(network=network)) for network in NETWORKS}
    return plain | {
        type(n).__name__: zoo.explicit(zoo.experiment(network=n, algorithm=meta)) for n in NETWORKS
    }


@pytest.fixture(
    scope="module", params=CASES, ids=lambda case: "-".join([case[0], *map(zoo.label, case[1:])])
)
def walks(request, drawn):
    """A compiled batch of runs (plain; samples, neurons permuted; zero learning rate), and the
    plain one in Python.
    """
    space, network, algorithm = request.param
    run = drawn[type(network).__name__ if algorithm.n_clean else type(network)]
    noise = zoo.noises(algorithm, random.key(1), N_STEPS)
    still = ss.put(algorithm, "learning_rate", 0.0)
    if hasattr(getattr(algorithm.weights, "disturbance", None), "size"):
        still = ss.put(still, "weights.disturbance.size", 0.0)
    other_noise = renumbered(noise)
    neurons = NEURONS[network.width]
    other_neurons = run.first[:, neurons], jax.tree.map(lambda x: x[..., neurons], run.upper)
    cells = [
        (algorithm, run, noise),
        (
            algorithm,
            eqx.tree_at(lambda at: at.train, run, run.train[jnp.asarray(SAMPLES)]),
            other_noise,
        ),
        (algorithm, eqx.tree_at(lambda at: (at.first, at.upper), run, other_neurons), noise),
        (still, run, noise),
    ]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *cells)
    batch = jax.jit(jax.vmap(lambda cell: zoo.walk(space, network, *cell, N_STEPS)))(stacked)
    with jax.disable_jit():
        eager = zoo.walk(space, network, *cells[0], N_STEPS)
    names = ("plain", "samples", "neurons", "still")
    beside = {"eager": eager, "run": run, "order": neurons, "noisy": algorithm.gradient.noisy}
    return {name: zoo.cell(batch, k) for k, name in enumerate(names)} | beside


def paired_again(inputs):
    """The draws of Mixup with which samples in another order have the partners they had."""
    share, order = inputs
    partner = jnp.argsort(jnp.asarray(SAMPLES))[jnp.argsort(order)[jnp.asarray(SAMPLES)]]
    rank = jnp.zeros(zoo.N_SAMPLES).at[partner].set(jnp.arange(zoo.N_SAMPLES) / zoo.N_SAMPLES)
    return share[jnp.asarray(SAMPLES)], rank


def renumbered(noise):
    """The randomness of steps for training samples in another order."""
    labels, weights = jax.tree.map(lambda x: x[:, SAMPLES], (noise.labels, noise.weights))
    if noise.batch is None:
        inputs = jax.vmap(paired_again)(noise.inputs) if noise.inputs else ()
        return noise._replace(labels=labels, inputs=inputs, weights=weights)
    # Where every sample went; none stays none
    place = jnp.asarray(np.append(np.argsort(SAMPLES), zoo.N_SAMPLES))
    return noise._replace(
        batch=noise.batch._replace(ids=place[noise.batch.ids]), labels=labels, weights=weights
    )


def assert_same(one, other, tolerance):
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance), one, other
    )


@pytest.mark.law
def test_zero_learning_rate_is_a_fixed_point(walks):
    still, run = walks["still"], walks["run"]
    assert_same((still.filters, still.upper), (run.first, run.upper), 0)
    assert not any(np.any(leaf) for leaf in jax.tree.leaves(still.coefficients))
    assert np.abs(walks["plain"].filters - run.first).max() > 1e-6


@pytest.mark.law
def test_a_compiled_batch_is_its_runs_in_plain_python(walks, tolerance):
    assert_same(walks["plain"], walks["eager"], tolerance)


@pytest.mark.law
def test_permuting_the_samples_with_their_draws_permutes_rho(walks, tolerance):
    plain, other = walks["plain"], walks["samples"]
    assert_same((other.filters, other.upper), (plain.filters, plain.upper), tolerance)
    assert_same(other.coefficients.gamma, plain.coefficients.gamma, tolerance)
    assert_same(other.coefficients.rho_bar, plain.coefficients.rho_bar[:, :, SAMPLES], tolerance)
    assert_same(
        other.coefficients.rho_underline, plain.coefficients.rho_underline[:, :, SAMPLES], tolerance
    )


@pytest.mark.law
def test_permuting_the_neurons_permutes_the_result(walks, tolerance):
    if walks["noisy"]:
        pytest.skip("the noise of a gradient is drawn neuron by neuron, and stays where it is")
    plain, other, order = walks["plain"], walks["neurons"], walks["order"]
    expected = jax.tree.map(lambda x: x[:, order], (plain.filters, plain.coefficients))
    assert_same((other.filters, other.coefficients), expected, tolerance)
    assert_same(other.upper, jax.tree.map(lambda x: x[..., order], plain.upper), tolerance)


@pytest.fixture(
    scope="module",
    params=[zoo.specimen(ss.GradientDescent), zoo.specimen(ss.LabelNoiseGD)],
    ids=zoo.label,
)
def record(request, drawn):
    """Every step of a run on the two-layer network, with its draw and its label multipliers."""
    algorithm, run, key = request.param, drawn[ss.PatchCNN], random.key(1)
    record = zoo.learn(zoo.experiment(algorithm=algorithm, record_every=1), run, key)
    multipliers = np.ones((300, zoo.N_SAMPLES))
    if isinstance(algorithm.labels, ss.Flips):
        multipliers = np.where(
            zoo.noises(algorithm, key, 300).labels < algorithm.labels.flip_rate, -1, 1
        )
    return record, run, np.asarray(multipliers, float)


def recursions(run, multipliers, learning_rate):
    """γ, ρ̄, ρ̲ as the papers write them, one number after another (orthogonal noise, σ(z) = max(0,
    z)²).
    """
    data, first = run.train, np.asarray(run.first, float)
    mu = np.asarray(data.signal[1], float)
    noise = np.asarray(data.noise[:, 0], float)
    y = np.asarray(data.label)
    n, m = len(y), first.shape[1]
    gamma, bar, underline = np.zeros((2, m)), np.zeros((2, m, n)), np.zeros((2, m, n))
    seen = [(gamma, bar, underline)]
    for epsilon in multipliers:
        rho = bar + underline
        outputs = np.zeros(n)
        slope_signal = np.zeros((2, m, n))
        slope_noise = np.zeros((2, m, n))
        for j in range(2):
            for r in range(m):
                for i in range(n):
                    on_signal = y[i] * (first[j, r] @ mu + (2 * j - 1) * gamma[j, r])
                    on_noise = first[j, r] @ noise[i] + sum(
                        rho[j, r, k] * (noise[k] @ noise[i]) / (noise[k] @ noise[k])
                        for k in range(n)
                    )
                    outputs[i] += (2 * j - 1) / m * (max(on_signal, 0) ** 2 + max(on_noise, 0) ** 2)
                    slope_signal[j, r, i], slope_noise[j, r, i] = (
                        2 * max(on_signal, 0),
                        2 * max(on_noise, 0),
                    )
        pull = -epsilon / (1 + np.exp(epsilon * y * outputs))
        share = learning_rate / (n * m)
        gamma = gamma - share * np.einsum("i,jri->jr", pull, slope_signal) * (mu @ mu)
        growth = share * pull * slope_noise * np.sum(noise**2, axis=1)
        own = np.array([-1, 1])[:, None, None] == y
        bar, underline = bar - growth * own, underline + growth * ~own
        seen.append((gamma, bar, underline))
    return [np.stack(series) for series in zip(*seen, strict=True)]


@pytest.mark.law
def test_gradient_descent_follows_the_recursions_of_the_papers(record, tolerance):
    taken, run, multipliers = record
    for name, expected in zip(
        ("gamma", "rho_bar", "rho_underline"), recursions(run, multipliers, 0.3), strict=True
    ):
        difference = np.abs(getattr(taken, name) - expected).max() / (1 + np.abs(expected).max())
        assert difference < tolerance, name
    assert np.abs(taken.gamma).max() > 0.1


@pytest.mark.law
@pytest.mark.parametrize("record", [zoo.specimen(ss.GradientDescent)], ids=zoo.label, indirect=True)
def test_under_gradient_descent_rho_bar_never_falls_and_rho_underline_never_rises(record):
    taken, _, _ = record
    assert np.diff(taken.rho_bar, axis=0).min() >= 0
    assert np.diff(taken.rho_underline, axis=0).max() <= 0


@pytest.mark.law
def test_what_adam_learns_is_told_from_the_initial_weights_under_decay_too(drawn, tolerance):
    run, network = drawn[ss.PatchCNN], zoo.specimen(ss.PatchCNN)
    algorithm = ss.GradientDescent(0.01, optimiser=ss.Adam(), weight_decay=1e-3)
    noise = zoo.noises(algorithm, random.key(1), 50)
    walked = jax.jit(lambda at: zoo.walk("weights", network, algorithm, at, noise, 50))(run)
    expected = jax.jit(ss.decompose)(walked.filters, run.first, run.train)
    assert zoo.difference(walked.coefficients, expected) < tolerance


@pytest.mark.law
@pytest.mark.parametrize("space", SPACES)
def test_label_smoothing_is_the_expected_step_of_label_flips(space, drawn, tolerance):
    rate, network, run = 0.2, zoo.specimen(ss.PatchCNN, init_std=0.3), drawn[ss.PatchCNN]
    flips = np.array(list(itertools.product([False, True], repeat=zoo.N_SAMPLES)))
    told = Randomness(None, jnp.where(flips, 0.0, 1.0)[:, None], ())
    probability = np.prod(np.where(flips, rate, 1 - rate), axis=1)
    flipped = jax.jit(
        jax.vmap(lambda now: zoo.walk(space, network, ss.LabelNoiseGD(0.3, rate), run, now, 1))
    )(told)
    smoothed = zoo.walk(
        space, network, ss.LabelSmoothing(0.3, 2 * rate), run, Randomness(None, (), ()), 1
    )
    moved = np.abs(smoothed.filters - run.first).max()
    expected = np.tensordot(probability, flipped.filters, 1)
    np.testing.assert_allclose(smoothed.filters, expected, rtol=0, atol=tolerance * moved)


@pytest.mark.parametrize(("mean", "std"), [(1.0, 1.0), (0.5, 3**0.5 / 2)])
def test_multipliers_have_the_laws_of_the_paper(mean, std):
    """With the loss ℓ(z) = ½ (1 − z)² at z = 1, ε is 1 ± √(2ℓ); the sign is that of the number
    drawn.
    """
    ones = jnp.ones(10_000)
    found = {}
    for law in ("gaussian", "uniform"):
        labels = ss.Multipliers(mean, std, law)
        drawn = labels.draw(random.key(0), 10_000)
        off = np.sqrt(2 * np.asarray(labels.losses(ss.Squared(), ones, ones, drawn)))
        found[law] = 1 + np.where(mean + std * np.asarray(drawn) > 1, off, -off)
    assert kstest(found["gaussian"], norm(mean, std).cdf).pvalue > 1e-3
    low, length = mean - 3**0.5 * std, 2 * 3**0.5 * std
    assert kstest(found["uniform"], uniform(low, length).cdf).pvalue > 1e-3


def test_flips_come_with_their_rate():
    labels, ones = ss.Flips(0.3), jnp.ones(10_000)
    losses = labels.losses(ss.Hinge(), ones, ones, labels.draw(random.key(0), 10_000))
    assert set(np.asarray(losses).tolist()) == {0, 2}
    assert binomtest(int(np.sum(losses > 0)), 10_000, 0.3).pvalue > 1e-3


@pytest.mark.law
@pytest.mark.parametrize("margin", [-1.5, 0.0, 2.0])
def test_losses_have_their_expectation(margin):
    plain, flipped = np.log1p(np.exp(-margin)), np.log1p(np.exp(margin))
    margins, noisy, loss = jnp.full(40_000, margin), ss.Flips(0.3), ss.Logistic()
    ones = jnp.ones_like(margins)
    losses = noisy.losses(loss, margins, ones, noisy.draw(random.key(0), 40_000))
    error = np.std(losses) / 200
    assert abs(np.mean(losses) - 0.7 * plain - 0.3 * flipped) <= 4 * error + 1e-6
    smooth = ss.Smoothing(0.6).losses(loss, margins[:1], ones[:1], ())
    np.testing.assert_allclose(smooth, 0.7 * plain + 0.3 * flipped, rtol=1e-6)


def with_optimiser(rate, optimiser, **options):
    """Gradient descent with another optimiser."""
    return ss.GradientDescent(rate, optimiser=optimiser, **options)


TORCH = {
    "GradientDescent": (ss.GradientDescent(0.3), lambda torch, w: torch.optim.SGD(w, lr=0.3)),
    "heavy ball": (
        with_optimiser(0.1, ss.HeavyBall(0.9), weight_decay=0.01),
        lambda torch, w: torch.optim.SGD(w, lr=0.1, momentum=0.9, weight_decay=0.01),
    ),
    "Nesterov": (
        with_optimiser(0.1, ss.Nesterov(0.9), weight_decay=0.01),
        lambda torch, w: torch.optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    ),
    "Adam": (with_optimiser(0.01, ss.Adam()), lambda torch, w: torch.optim.Adam(w, lr=0.01)),
    "decayed Adam": (
        with_optimiser(0.01, ss.Adam(0.8, 0.99, 1e-6), weight_decay=0.1),
        lambda torch, w: torch.optim.Adam(
            w, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1
        ),
    ),
    "AdamW": (
        with_optimiser(0.01, ss.AdamW(0.8, 0.99, 1e-6), weight_decay=0.1),
        lambda torch, w: torch.optim.AdamW(
            w, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1
        ),
    ),
}


@pytest.mark.skipif(FLOAT32, reason="an oracle to 1e-9 needs float64")
@pytest.mark.parametrize("name", TORCH)
def test_weight_space_takes_the_steps_of_torch(name, drawn):
    torch = pytest.importorskip("torch")
    algorithm, optimiser = TORCH[name]
    run = drawn[ss.PatchCNN]
    noise = zoo.noises(algorithm, random.key(1), 50)
    walk = jax.jit(
        lambda at: zoo.walk("weights", zoo.specimen(ss.PatchCNN), algorithm, at, noise, 50)
    )
    signal = run.train.membership[:, 0] @ run.train.signal
    patches = torch.tensor(np.stack([signal, run.train.noise[:, 0]], axis=1))
    label = torch.tensor(np.asarray(run.train.label))
    weights = torch.tensor(np.asarray(run.first), requires_grad=True)
    stepper = optimiser(torch, [weights])
    for _ in range(50):
        stepper.zero_grad()
        outputs = (
            torch.relu(torch.einsum("jrd,ipd->ijrp", weights, patches)).square().sum(3).mean(2)
        )
        torch.nn.functional.softplus(-label * (outputs[:, 1] - outputs[:, 0])).mean().backward()
        stepper.step()
    np.testing.assert_allclose(walk(run).filters, weights.detach().numpy(), rtol=0, atol=1e-9)


@pytest.mark.law
def test_gradient_descent_is_label_noise_at_rate_zero(drawn):
    run, network = drawn[ss.PatchCNN], zoo.specimen(ss.PatchCNN)
    silent = ss.LabelNoiseGD(0.3, 0.0)
    noise = zoo.noises(silent, random.key(1), N_STEPS)
    plain = zoo.walk("coefficients", network, ss.GradientDescent(0.3), run, noise, N_STEPS)
    noisy = zoo.walk("coefficients", network, silent, run, noise, N_STEPS)
    np.testing.assert_array_equal(plain.filters, noisy.filters)
