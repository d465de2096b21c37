"""XOR, parity and staircase: what is drawn, against labels found by hand, and who can learn it."""

import equinox as eqx
import jax
import numpy as np
import pytest
import zoo
from jax import random
from scipy.stats import chisquare

import sigspike as ss
from sigspike.models.frames import Ambient

N_SAMPLES = 4000
PARTS = {"dim": 9, "signal_strength": 2.0, "noise_std": 0.5}


def xor(signs):
    return 1 if signs[0] == signs[1] else -1


def parity(signs):
    return 1 if sum(sign < 0 for sign in signs) % 2 == 0 else -1


def staircase(signs):
    total, product = 0, 1
    for sign in signs:
        product *= sign
        total += product
    return signs[0] if total == 0 else (1 if total > 0 else -1)


CASES = {
    "xor": (ss.XORSignals(**PARTS, strength_ratio=0.5), xor, [2.0, 1.0]),
    "parity of three": (ss.Parity(**PARTS), parity, [2.0] * 3),
    "parity of four": (ss.Parity(**PARTS, n_signals=4), parity, [2.0] * 4),
    "staircase of three": (ss.Staircase(**PARTS), staircase, [2.0] * 3),
    "staircase of four": (ss.Staircase(**PARTS, n_signals=4), staircase, [2.0] * 4),
    "staircase of one": (ss.Staircase(**PARTS, n_signals=1), lambda signs: signs[0], [2.0]),
}


@eqx.filter_jit
def sample(problem):
    """A training and a test set in R^d."""
    key_train, key_test = random.split(random.key(0))
    train = problem.train(key_train, Ambient(9), N_SAMPLES)
    return train, problem.test(key_test, Ambient(9), N_SAMPLES, train)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("orthogonal", [True, False])
def test_signals_and_labels_are_those_found_by_hand(name, orthogonal):
    problem, rule, strengths = CASES[name]
    k = len(strengths)
    for examples in sample(ss.put(problem, "orthogonal", orthogonal)):
        patch = np.asarray(examples.membership[:, 0] @ examples.signal)
        np.testing.assert_allclose(
            np.abs(patch), np.tile([*strengths, *[0] * (9 - k)], (N_SAMPLES, 1))
        )
        signs = np.sign(patch[:, :k]).astype(int)
        np.testing.assert_array_equal(examples.truth, [rule(row) for row in signs.tolist()])
        np.testing.assert_array_equal(examples.label, examples.truth)
        np.testing.assert_array_equal(examples.membership[:, 0] @ examples.polarity, examples.truth)
        counts = np.unique(signs @ 3 ** np.arange(k), return_counts=True)[1]
        assert len(counts) == 2**k, "every combination of signs"
        assert chisquare(counts).pvalue > 1e-3, "each as often"
        along = np.asarray(examples.noise[..., :k])
        assert not np.any(along) if orthogonal else abs(along.std() / 0.5 - 1) < 0.03


def test_the_label_of_the_staircase_is_read_step_by_step():
    signs = np.array([[a, b, c] for a in (1, -1) for b in (1, -1) for c in (1, -1)], float)
    expected = np.where(signs[:, 1] > 0, signs[:, 0], -signs[:, 0] * signs[:, 2])
    np.testing.assert_array_equal(ss.Staircase(**PARTS).rule(signs), expected)


@pytest.mark.law
@pytest.mark.parametrize("name", ["xor", "parity of three", "staircase of four"])
def test_gamma_is_the_largest_overlap_with_a_patch_of_the_own_class(name, tolerance):
    problem = ss.put(ss.put(CASES[name][0], "dim", 30), "flip_rate", 0.2)
    setting = zoo.experiment(problem, algorithm=zoo.specimen(ss.LabelNoiseGD), space="weights")
    drawn = zoo.explicit(setting)
    noise = zoo.noises(setting.algorithm, random.key(1), 40)
    walked = jax.jit(
        lambda at: zoo.walk("weights", setting.network, setting.algorithm, at, noise, 40)
    )(drawn)
    learnt, k = np.asarray(walked.filters - drawn.first), problem.n_axes
    atoms, polarity = np.asarray(drawn.train.signal), np.asarray(drawn.train.polarity)
    # The noise is orthogonal: the first k coordinates are the signals'
    for j, sign in enumerate((-1, 1)):
        overlap = learnt[j][:, :k] @ atoms[polarity == sign][:, :k].T
        np.testing.assert_allclose(
            walked.coefficients.gamma[j], overlap.max(1), rtol=tolerance, atol=tolerance
        )
    assert np.asarray(walked.coefficients.gamma).max() > 1e-3


@pytest.fixture(scope="module")
def learnt():
    """Test errors of a squared-ReLU network on strong signals."""
    network, algorithm = ss.PatchCNN(20, init_std=0.05), ss.GradientDescent(0.5)

    def error(kind, **options):
        problem = kind(dim=400, signal_strength=2.0, noise_std=0.25, **options)
        run = ss.Experiment(
            problem, network, algorithm, 100, 400, record_at=(400,), measure="summary", n_test=1000
        )
        return float(ss.simulate(run, random.key(0)).test_error[-1])

    return {
        name: error(*case)
        for name, case in {"xor": (ss.XORSignals,), "parity": (ss.Parity,)}.items()
    } | {
        "staircase": error(ss.Staircase),
        "even parity": error(ss.Parity, n_signals=4),
    }


@pytest.mark.parametrize("name", ["xor", "parity", "staircase"])
def test_a_squared_relu_network_learns_what_a_linear_classifier_cannot(name, learnt):
    kind = {"xor": ss.XORSignals, "parity": ss.Parity, "staircase": ss.Staircase}[name]
    train, test = sample(kind(dim=9, signal_strength=2.0, noise_std=0.25))
    inputs = [
        np.asarray((at.membership[:, 0] @ at.signal) + at.noise[:, 0]) for at in (train, test)
    ]
    fit = np.linalg.lstsq(inputs[0], np.asarray(train.truth), rcond=None)[0]
    assert np.mean(np.sign(inputs[1] @ fit) != np.asarray(test.truth)) > 0.2
    assert learnt[name] < 0.05


def test_an_even_parity_of_four_is_out_of_reach_of_the_squared_relu(learnt):
    assert learnt["even parity"] > 0.3
