"""Noisy and clipped gradients: by hand in R^d, and exact in law in coefficient space."""

import by_hand
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import lax, random
from scipy.stats import ks_2samp

import sigspike as ss
from sigspike.models.frames import Extent
from sigspike.simulation.simulation import Loop, begin, draw, train
from sigspike.training.inputs import Inputs
from sigspike.training.spaces import SPACES, Reach
from sigspike.training.spaces.diffusion import Diffusion

N_STEPS, N_RUNS = 12, 600
CLIPPED = ss.NoisyGradient(0.1, clip=0.2)
DIALS = {
    "momentum, decay, batches": {
        "optimiser": ss.HeavyBall(0.8),
        "weight_decay": 0.1,
        "batches": ss.Shuffled(3),
    },
    "Nesterov, sharpness, flips": {
        "optimiser": ss.Nesterov(0.7),
        "ascent": ss.Sharpness(0.2),
        "labels": ss.Flips(0.2),
    },
    "mixup in uneven batches": {"inputs": ss.Mixup(), "batches": ss.Shuffled(3)},
    "reweighted, drawn": {"weights": ss.HypergradientWeights(2), "batches": ss.Drawn(4)},
}


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-10 needs float64")
@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("network", [ss.PatchCNN, ss.ThreeLayerCNN])
@pytest.mark.parametrize("dials", DIALS)
def test_a_clipped_and_noisy_run_is_the_run_by_hand(dials, network, space):
    algorithm = ss.GradientDescent(0.1, gradient=CLIPPED, **DIALS[dials])
    network = zoo.specimen(network, init_std=0.3, bias=True)
    problem = ss.SignalNoise(12, 2.0, 0.5, orthogonal=False)
    sizes = {"n_samples": 5, "n_steps": N_STEPS, "record_every": 4, "n_test": 7}
    at = ss.Experiment(problem, network, algorithm, space=space, **sizes)
    drawn, key = zoo.explicit(at), random.key(1)
    found = zoo.learn(at, drawn, key)
    noise = zoo.pushed(at, drawn, algorithm.draw(key, jnp.arange(N_STEPS + 1), 5))
    rule = None
    if algorithm.n_clean:
        start = algorithm.weights.init(random.fold_in(key, jnp.uint32(2**32 - 1)), 5)
        rule = jax.tree.map(np.asarray, start)
    run, clipped = by_hand.begun(at, drawn, noise, rule), 0
    for step in range(N_STEPS + 1):
        if step % 4 == 0:
            for name, value in by_hand.record(run, at.measure).items():
                here = np.asarray(getattr(found, name))[step // 4]
                np.testing.assert_allclose(here, value, rtol=1e-9, atol=1e-9, err_msg=name)
        clipped += np.sum(np.linalg.norm(run.gradients(run.theta, run.ids())[1], axis=1) > 0.2)
        run.advance()
    assert clipped > 0


@pytest.mark.parametrize("space", SPACES)
def test_a_gradient_that_vanishes_is_clipped_to_itself(space):
    still = ss.NoisyGradient(0.0, clip=0.1)
    at = zoo.experiment(
        network=ss.PatchCNN(2, init_std=0.0),
        algorithm=ss.GradientDescent(0.3, gradient=still),
        space=space,
    )
    assert not np.any(ss.simulate(at, random.key(0)).rho_bar)


@pytest.mark.parametrize("space", SPACES)
def test_no_noise_is_the_exact_gradient(space, tolerance):
    at = zoo.experiment(algorithm=ss.SAM(0.3, 0.1, optimiser=ss.HeavyBall()), space=space)
    drawn = zoo.explicit(at)
    exact, quiet, short = (
        zoo.learn(ss.put(at, "algorithm.gradient", gradient), drawn, random.key(1))
        for gradient in (ss.Exact(), ss.NoisyGradient(0.0), ss.NoisyGradient(0.0, clip=1e-3))
    )
    assert zoo.difference(quiet, exact) < tolerance
    assert zoo.difference(short, exact) > 1e-2


@pytest.mark.parametrize("network", [ss.PatchCNN, ss.ThreeLayerCNN])
@pytest.mark.parametrize("init", ["gaussian", "uniform"])
@pytest.mark.parametrize("test_noise", ["fresh", "training"])
def test_padded_is_exact(network, init, test_noise, tolerance):
    algorithm = ss.GradientDescent(0.1, gradient=CLIPPED, optimiser=ss.HeavyBall(0.5))
    network = zoo.specimen(network, width=2, init_std=0.3, init=init, bias=True)
    problem = ss.SignalNoise(20, 0.5, 0.5, test_noise=test_noise, extra_test_std=1.0)
    at = zoo.experiment(problem, network, algorithm, n_steps=20, record_every=10, n_test=300)
    alone = ss.simulate(at, random.key(1))
    padded = ss.simulate(ss.put(at, "network", network.padded(4)), random.key(1))
    for name in ("test_error", "train_loss", "margin"):
        here, there = getattr(padded, name), getattr(alone, name)
        np.testing.assert_allclose(here, there, rtol=tolerance, atol=tolerance, err_msg=name)
    assert np.ptp(alone.test_error if network.n_signs == 2 else alone.train_loss) > 0


MANY = {
    "d > q, heavy ball": (ss.HeavyBall(0.8), {"dim": 40.0}, {}, {}),
    "d < q, heavy ball, bias, kernel": (
        ss.HeavyBall(0.5),
        {"dim": 11.0},
        {"bias": True},
        {"regime": "kernel"},
    ),
    "no room beyond": (ss.Nesterov(0.8), {"dim": 5.0, "orthogonal": False}, {}, {}),
    "uniform": (ss.Descent(), {"dim": 12.0}, {"init": "uniform"}, {"stop": "fitted"}),
    "test noise of training": (
        ss.HeavyBall(0.5),
        {"dim": 20.0, "test_noise": "training", "extra_test_std": 1.0},
        {},
        {},
    ),
}


def looks(at, key):
    """What many runs show at two moments: each alone, and both together."""

    def one(key):
        key_draw, key_train = random.split(key)
        drawn = draw(at, key_draw, at.explicit_dim)
        task, start = begin(at, drawn)
        loop = Loop(task, at.algorithm, key_train, at.stop == "fitted")
        early = loop.look(loop.run(loop.start(start), jnp.array(0), 7))
        late = loop.look(loop.run(early, jnp.array(7), 13))
        record = train(at, drawn, key_train)
        before, after = (task.space.filters(carry.params) for carry in (early, late))
        square = jnp.sum(before[0, 0] ** 2), jnp.sum(after[0, 0] ** 2)
        return {
            "norms": square[0] * square[1],
            "change of a norm": square[1] - square[0],
            "overlap of filters": jnp.vdot(after[0, 0], after[1, 1]),
            "change of an overlap": jnp.vdot(after[0, 0], after[1, 1])
            - jnp.vdot(before[0, 0], before[1, 1]),
            "early test error": record.test_error[0],
            "test error": record.test_error[1],
            "change of the test error": record.test_error[1] - record.test_error[0],
            "training loss": record.train_loss[1],
            "γ": record.gamma[1].max(),
            "ρ̄": record.rho_bar[1].max(),
        }

    found = jax.jit(lambda keys: lax.map(one, keys))(random.split(random.key(key), N_RUNS))
    return {name: np.round(values, 6) for name, values in found.items()}


@pytest.mark.skipif(FLOAT32, reason="a law has no rounding")
@pytest.mark.parametrize("case", MANY)
def test_both_spaces_have_one_law(case):
    optimiser, data, network, options = MANY[case]
    rule = {"schedule": ss.ExponentialDecay(0.05), "weight_decay": 0.1, "optimiser": optimiser}
    algorithm = ss.GradientDescent(0.3, gradient=ss.NoisyGradient(0.3, clip=1.0), **rule)
    sizes = {"n_samples": 3, "n_steps": 20, "record_at": (7, 20), "n_test": 400}
    problem = ss.SignalNoise(signal_strength=1.0, noise_std=0.5, **data)
    parts = problem, ss.PatchCNN(2, init_std=0.2, **network), algorithm
    at = ss.Experiment(*parts, **sizes, **options)
    here, there = looks(at, 0), looks(ss.put(at, "space", "weights"), 1)
    values = {name: ks_2samp(here[name], there[name]).pvalue for name in here}
    assert min(values.values()) > 1e-3, values


@pytest.mark.skipif(FLOAT32, reason="a law has no rounding")
@pytest.mark.parametrize("moments", [(7, 20), (1, 4)])
@pytest.mark.parametrize("beyond", [1, 3, 6, 8, 9, 20])
def test_noise_beyond_the_frame_has_the_law_of_noise_in_its_dimensions(beyond, moments):
    """Four filters and their momenta, decaying, in more and in fewer dimensions than eight."""
    n_runs, shape, momentum = 4000, (2, 2, 13), 0.5
    extent = Extent(jnp.zeros(13, bool), jnp.array(float(beyond)), 1, 2)
    reach = Reach(jnp.ones(shape, bool), extent)

    def moved(filters, momenta, noise):
        momenta = jax.tree.map(lambda g, w, b: g + 0.1 * w + momentum * b, noise, filters, momenta)
        return jax.tree.map(lambda w, b: w - 0.3 * b, filters, momenta), momenta

    def one(key):
        nothing = reach.nothing()
        state, seen = (nothing, nothing), []
        push = Diffusion(nothing.vectors, nothing.pending.at[-1].set(1.0))
        for step in range(1, moments[1] + 1):
            state = reach.gathered(moved(*state, push))
            if step in moments:
                state = reach.drawn(state, random.fold_in(key, step))
                rows = jnp.concatenate([part.vectors.reshape(4, -1) for part in state])
                seen.append(rows @ rows.T)
        return jnp.stack(seen)

    here = jax.jit(jax.vmap(one))(random.split(random.key(0), n_runs))
    rng, state, there = np.random.default_rng(1), 2 * (np.zeros((n_runs, 4, beyond)),), []
    for step in range(1, moments[1] + 1):
        state = moved(*state, rng.standard_normal((n_runs, 4, beyond)))
        if step in moments:
            rows = np.concatenate(state, axis=1)
            there.append(rows @ rows.transpose(0, 2, 1))
    here, there = np.asarray(here), np.stack(there, axis=1)
    places = [(0, 0, 0), (1, 0, 0), (1, 0, 4), (1, 3, 3), (1, 7, 7), (1, 0, 1), (1, 5, 7)]
    values = {at: ks_2samp(here[:, *at], there[:, *at]).pvalue for at in places}
    joint = [own[:, 1, 0, 1] - own[:, 0, 0, 1] for own in (here, there)]
    values |= {"change": ks_2samp(*joint).pvalue}
    joint = [own[:, 1, 3, 3] * own[:, 0, 3, 7] for own in (here, there)]
    values |= {"product": ks_2samp(*joint).pvalue}
    assert min(values.values()) > 1e-3, values


def test_a_hundred_million_dimensions_cost_no_more():
    algorithm = ss.GradientDescent(0.01, gradient=CLIPPED, optimiser=ss.HeavyBall(0.9))
    at = zoo.experiment(ss.SignalNoise(1e8, 2e3, 0.5), algorithm=algorithm)
    record = ss.simulate(at, random.key(0))
    assert np.isfinite(record.test_error).all()
    assert np.ptp(record.rho_bar) > 0


def test_a_theorem_asks_for_the_exact_gradient():
    at = zoo.experiment(algorithm=ss.GradientDescent(0.1, gradient=ss.NoisyGradient(0.1)))
    missing = [own for own in ss.theory.GradientDescentMemorises()(at).hypotheses if not own.holds]
    assert "gradient" in [own.name for own in missing]
    assert "NoisyGradient" in [own.found for own in missing]


def test_examples_that_cannot_stand_alone_cannot_be_clipped():
    class Joint(Inputs):
        def losses(self, logits, told, share, drawn):
            return told(logits(None), None)

    ss.GradientDescent(0.1, inputs=Joint(), gradient=ss.NoisyGradient(0.1))
    with pytest.raises(ss.Refusal, match=r"`clip` needs inputs .* got Joint; take clip=None"):
        ss.GradientDescent(0.1, inputs=Joint(), gradient=CLIPPED)


def test_a_run_that_has_fitted_stands_still_with_its_noise():
    algorithm = ss.GradientDescent(0.3, gradient=ss.NoisyGradient(0.01), optimiser=ss.HeavyBall())
    at = zoo.experiment(algorithm=algorithm, stop="fitted")
    record = ss.simulate(at, random.key(0))
    stopped = np.asarray(record.stopped_at)
    assert stopped[-1] > 0
    after = np.asarray(record.step) >= stopped[-1]
    assert np.ptp(np.asarray(record.train_loss)[after]) == 0
    assert np.ptp(np.asarray(record.test_error)[after]) == 0
