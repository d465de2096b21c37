"""Every record is that of NumPy in R^d, whatever options are taken together."""

from dataclasses import MISSING, Field, fields
from itertools import product

import by_hand
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import random

import sigspike as ss
from sigspike.foundation.check import Choice, Instance, Range
from sigspike.training.weights import Steered

N, N_CLEAN, N_STEPS, EVERY, TOLERANCE = 5, 2, 12, 4, 1e-9
SIZES = {"n_samples": N, "n_steps": N_STEPS, "record_every": EVERY, "n_test": 7}
POWERS = 1, 2, 3, 2.5
PROBLEMS, NETWORKS = (zoo.concrete(base) for base in (ss.Problem, ss.Network))
PAIRS = list(product(PROBLEMS, NETWORKS))
SMALLER = {
    "kernel": zoo.SMALL["kernel"] / 40,
    "images": zoo.PIXELS / 4,
    "test_images": zoo.PIXELS[::-1] / 4,
}
# No run blows up
GIVEN = SMALLER | {"border": 1, "n_clean": N_CLEAN, "learning_rate": 0.02, "init_std": 0.2}


def composed(kind, rng):
    """One with every option at random; what the class refuses is drawn again."""
    while True:
        try:
            return zoo.specimen(
                kind, **{f.name: value for f in fields(kind) for value in _value(f, rng)}
            )
        except ss.Refusal:
            continue


def _value(field: Field, rng) -> list:
    """A value for this field; none where there is nothing to choose from."""
    domain, at_random = field.metadata.get("domain"), bool(rng.integers(2))
    if field.name in GIVEN:
        return [GIVEN[field.name]]
    if field.name == "n_classes":
        return [int(rng.integers(2, 4))]
    if isinstance(domain, Choice):
        return [domain.options[rng.integers(len(domain.options))]]
    if domain == Instance(bool):
        return [at_random]
    if isinstance(domain, Instance) and field.default_factory is not MISSING:
        kinds = zoo.concrete(domain.kind)
        return [composed(kinds[rng.integers(len(kinds))], rng)]
    if isinstance(domain, Range) and field.default is not MISSING:
        return _number(field, domain, rng) if at_random else []
    return (
        [zoo.SMALL[field.name]]
        if field.default is None and field.name in zoo.SMALL and at_random
        else []
    )


def _number(field: Field, domain: Range, rng) -> list:
    """Another value than the default."""
    if field.metadata.get("static") and not domain.whole:
        return [POWERS[rng.integers(len(POWERS))]] if domain.high > 1 else []
    if domain.whole:
        return [field.default + 1]
    return [field.default + 0.2] if field.default == 0 else []


def setting(problem, network, seed):
    """An experiment of these classes, with any algorithm; what is refused is drawn again. None for
    two classes that never go together.
    """
    rng = np.random.default_rng(seed)
    for _ in range(200):
        try:
            return _setting(problem, network, rng)
        except ss.Refusal:
            continue
    with pytest.raises(ss.Refusal):
        zoo.experiment(zoo.specimen(problem), zoo.specimen(network))
    return None


def _setting(problem, network, rng):
    problem, network, algorithm = (composed(kind, rng) for kind in (problem, network, ss.Algorithm))
    measures = ["coefficients", "summary", "weights"][: 3 if algorithm.n_clean else 2]
    measures += [*network.measures, *problem.measures]
    options = {
        "space": zoo.space(algorithm) if rng.integers(2) else "weights",
        "regime": ("feature", "kernel")[rng.integers(2)],
        "measure": measures[rng.integers(len(measures))],
    }
    return ss.Experiment(problem, network, algorithm, **SIZES, **options)


def gap(found, expected):
    """The largest difference relative to 1 + max |value|; infinite where one is NaN and the other
    is not.
    """
    if np.shape(found) != np.shape(expected) or (np.isnan(found) != np.isnan(expected)).any():
        return np.inf
    size = 1 + np.max(np.nan_to_num(np.abs(expected)), initial=0)
    return float(np.max(np.nan_to_num(np.abs(found - expected)), initial=0) / size)


def gaps(at, seed):
    """The largest gap of every field over the run, at a learning rate with which it does not blow
    up.
    """
    for rate in (0.02, 0.002, 2e-4):
        found = gaps_of_a_calm_run(ss.put(at, "algorithm.learning_rate", rate), seed)
        if found is not None:
            return found
    raise AssertionError("the run blows up")


def gaps_of_a_calm_run(at, seed):
    """The largest gap of every field over the run; None once a parameter is beyond 1e3, where
    nothing agrees to rounding.
    """
    drawn, key = zoo.explicit(at, seed), random.key(seed + 1)
    record = zoo.learn(at, drawn, key)
    noise, rule = at.algorithm.draw(key, jnp.arange(N_STEPS + 1), N), None
    if isinstance(at.algorithm.weights, Steered):
        start = at.algorithm.weights.init(random.fold_in(key, jnp.uint32(2**32 - 1)), N)
        rule = jax.tree.map(np.asarray, start)
    run, found = by_hand.begun(at, drawn, zoo.pushed(at, drawn, noise), rule), {}
    if at.algorithm.batches.fresh is not None:
        fresh = zoo.fresh(at, key, N_STEPS)
        steps = at.algorithm.draw(key, jnp.arange(N_STEPS), at.algorithm.batches.fresh)
        run = by_hand.Online(at, drawn, run.noise, fresh, zoo.pushed(at, drawn, steps))
    for step in range(N_STEPS + 1):
        if not np.abs(run.theta).max() < 1e3:
            return None
        if step % EVERY == 0:
            with np.errstate(all="ignore"):
                expected = by_hand.record(run, at.measure)
            assert set(expected) == set(vars(record))
            for name, value in expected.items():
                here = gap(np.asarray(getattr(record, name))[step // EVERY], value)
                found[name] = max(found.get(name, 0), here)
        if step < N_STEPS:
            with np.errstate(all="ignore"):
                run.advance()
    return found


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-9 needs float64")
@pytest.mark.parametrize(
    "index", range(len(PAIRS)), ids=lambda k: "-".join(part.__name__ for part in PAIRS[k])
)
def test_a_run_is_the_run_by_hand(index):
    """Every problem beside every network, with any algorithm."""
    at = setting(*PAIRS[index], 100 * index)
    if at is None:
        return
    wrong = {name: value for name, value in gaps(at, index).items() if not value < TOLERANCE}
    assert not wrong, (at, wrong)


MADE = [
    make(kind)
    for base in (ss.Problem, ss.Network)
    for kind in zoo.concrete(base)
    for make in (zoo.specimen, zoo.turned)
]
OWN = [(part, measure) for part in MADE for measure in part.measures]


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-9 needs float64")
@pytest.mark.parametrize(
    "index", range(len(OWN)), ids=lambda k: f"{zoo.label(OWN[k][0])}-{OWN[k][1]}"
)
def test_every_record_of_a_part_is_by_hand(index):
    part, measure = OWN[index]
    name = "problem" if isinstance(part, ss.Problem) else "network"
    at = zoo.experiment(**{name: part}, **SIZES, measure=measure)
    wrong = {name: value for name, value in gaps(at, 0).items() if not value < TOLERANCE}
    assert not wrong, wrong


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-9 needs float64")
@pytest.mark.parametrize("algorithm", zoo.covering(equivariant=False), ids=zoo.label)
def test_every_two_dials_together_are_those_by_hand(algorithm):
    problem = zoo.specimen(ss.SignalNoise).with_flip_rate(0.3)
    network = zoo.specimen(ss.PatchCNN, init_std=0.2)
    algorithm = ss.put(algorithm, "weight_decay", 0.1)
    measure = "weights" if algorithm.n_clean else "coefficients"
    at = ss.Experiment(problem, network, algorithm, **SIZES, space="weights", measure=measure)
    wrong = {name: value for name, value in gaps(at, 0).items() if not value < TOLERANCE}
    assert not wrong, wrong


ACTIVATED = [
    network for kind in zoo.concrete(ss.ActivatedNetwork) for network in zoo.activated(kind)
]


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-9 needs float64")
@pytest.mark.parametrize("index", range(len(ACTIVATED)), ids=lambda k: zoo.label(ACTIVATED[k]))
def test_every_activation_is_that_by_hand(index):
    """In either regime and space, with and without biases, with any algorithm."""
    at = setting(ss.SignalNoise, type(ACTIVATED[index]), 1000 + index)
    at = ss.put(at, "network.activation", ACTIVATED[index].activation)
    wrong = {name: value for name, value in gaps(at, index).items() if not value < TOLERANCE}
    assert not wrong, (at, wrong)


WEIGHING = [
    ss.GradientDescent(0.3, weights=value)
    for kind in zoo.concrete(Steered)
    for value in zoo.variants(kind)
]


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-9 needs float64")
@pytest.mark.parametrize("algorithm", WEIGHING, ids=zoo.label)
def test_weights_of_the_kernel_regime_are_those_by_hand(algorithm):
    problem = zoo.specimen(ss.SignalNoise).with_flip_rate(0.4)
    network = zoo.specimen(ss.PatchCNN, init_std=0.2)
    at = ss.Experiment(problem, network, algorithm, **SIZES, regime="kernel", measure="weights")
    wrong = {name: value for name, value in gaps(at, 0).items() if not value < TOLERANCE}
    assert not wrong, wrong
