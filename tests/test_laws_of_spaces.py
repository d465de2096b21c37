"""Runs in coefficient space have the law of runs in weight space (Kolmogorov–Smirnov)."""

import jax
import numpy as np
import pytest
import zoo
from jax import lax, random
from scipy.stats import ks_2samp

import sigspike as ss

N_RUNS = 200
PROBLEMS = [kind for kind in zoo.concrete(ss.Problem) if kind.isotropic]
NETWORKS = zoo.concrete(ss.Network)
FRAMES = [
    ("fresh", "feature"),
    ("training", "kernel"),
    ("fresh", "kernel"),
    ("training", "feature"),
]
# One in a thousand for all measures together (Bonferroni): each of six is one in six thousand.
LEAST = 1e-3 / 6
LENGTH = max(len(PROBLEMS), len(NETWORKS), len(FRAMES))
MEASURES = {
    "test error": lambda record: record.test_error,
    "training loss": lambda record: record.train_loss,
    "a margin": lambda record: record.margin[0],
    "largest γ": lambda record: record.gamma.max(),
    "largest ρ̄": lambda record: record.rho_bar.max(),
    "least ρ̲": lambda record: record.rho_underline.min(),
}


def setting(index):
    """The problems, networks and frames in turn, every option away from its default; where a
    network does not go with a problem, the next one.
    """
    test_noise, regime = FRAMES[index % len(FRAMES)]
    problem = ss.put(zoo.turned(PROBLEMS[index % len(PROBLEMS)]), "test_noise", test_noise)
    sizes = {"n_samples": 4, "n_steps": 20, "record_at": (20,), "n_test": 100, "regime": regime}
    for kind in NETWORKS[index % len(NETWORKS) :] + NETWORKS:
        network = ss.put(zoo.turned(kind), "init_std", 0.2)
        try:
            at = ss.Experiment(problem, network, ss.GradientDescent(0.2), **sizes)
        except ss.Refusal:
            continue
        return ss.put(at, "problem.dim", 25)
    raise AssertionError(f"no network goes with {problem}")


def test_attention_has_one_law_in_both_spaces():
    """Of two tokens with noise, beside weak signals."""
    tokens = {"n_classes": 2, "noisy_signal": True, "n_noise_patches": 2, "leak": ss.WeakSignals()}
    problem = zoo.specimen(ss.ManyClasses, **tokens)
    network = ss.AttentionPooling(init_std=0.2)
    sizes = {"n_samples": 4, "n_steps": 20, "record_at": (20,), "n_test": 100}
    at = ss.Experiment(problem, network, ss.GradientDescent(0.2), **sizes)
    here, there = seen(at, 0), seen(ss.put(at, "space", "weights"), 1)
    values = {name: ks_2samp(here[name], there[name]).pvalue for name in MEASURES}
    assert min(values.values()) > LEAST, values


def seen(at, key):
    """Every measure of many runs; a fit of the weights leaves rounding where coefficients are 0."""

    def one(key):
        last = jax.tree.map(lambda values: values[-1], ss.simulate(at, key))
        return {name: measure(last) for name, measure in MEASURES.items()}

    found = jax.jit(lambda keys: lax.map(one, keys))(random.split(random.key(key), N_RUNS))
    return {name: np.round(values, 6) for name, values in found.items()}


@pytest.mark.parametrize("index", range(LENGTH))
def test_both_spaces_have_one_law(index):
    at = setting(index)
    here, there = seen(at, 0), seen(ss.put(at, "space", "weights"), 1)
    values = {name: ks_2samp(here[name], there[name]).pvalue for name in MEASURES}
    assert min(values.values()) > LEAST, values
    assert np.ptp(here["test error"]) > 0.1


def test_a_dimension_off_by_a_half_is_noticed():
    at = setting(0)
    here, there = seen(at, 0), seen(ss.put(ss.put(at, "space", "weights"), "problem.dim", 37), 1)
    assert ks_2samp(here["least ρ̲"], there["least ρ̲"]).pvalue < 1e-3
