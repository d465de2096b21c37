"""Checkpoints that do not go with an experiment, with what their refusal must name."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax

import sigspike as ss

DATA, NETWORK, PLAIN = ss.SignalNoise(30, 1, 0.5), ss.PatchCNN(3), ss.GradientDescent(0.1)
NOISY = ss.GradientDescent(0.1, gradient=ss.NoisyGradient(0.1))
CLASSES = ss.ManyClasses(30, 1, 0.5, n_classes=3)
KEY = jax.random.key(0)


def experiment(**changes: Any) -> ss.Experiment:
    made = {"problem": DATA, "network": NETWORK, "algorithm": PLAIN, "space": "weights"}
    return ss.Experiment(**(made | {"n_samples": 4, "n_steps": 1, "n_test": 5} | changes))


STARTS: dict[str, dict[str, Any]] = {
    "weights": {},
    "span": {"space": "coefficients"},
    "noisy": {"space": "coefficients", "algorithm": NOISY},
}


@cache
def ended(name: str) -> ss.Checkpoint:
    """Where this run of one step ended."""
    return ss.train(experiment(**STARTS[name]), KEY)[1]


def onward(at: ss.Experiment, name: str = "weights") -> Callable[[], Any]:
    """That run, without a key."""
    return lambda: ss.train(at, start=ended(name))


def anew(at: ss.Experiment, name: str = "weights") -> Callable[[], Any]:
    """From that run, on new samples."""
    return lambda: ss.train(at, KEY, start=ended(name))


def taught(at: ss.Experiment, name: str = "weights") -> Callable[[], Any]:
    """On labels of that run."""
    return lambda: ss.train(at, KEY, teacher=ended(name))


SPAN = {"space": "coefficients"}
CASES = [
    ("a run without key or start", "key", "None", lambda: ss.train(experiment())),
    ("a start that is a record", "start", "3", lambda: ss.train(experiment(), KEY, start=3)),
    ("a teacher that is none", "teacher", "3", lambda: ss.train(experiment(), KEY, teacher=3)),
    ("a start of another width", "start", "width 3", anew(experiment(network=ss.PatchCNN(2)))),
    (
        "a start without biases",
        "start",
        "without",
        anew(experiment(network=ss.PatchCNN(3, bias=True))),
    ),
    (
        "a start of another network",
        "start",
        "PatchCNN",
        anew(experiment(network=ss.ThreeLayerCNN(3))),
    ),
    ("a start of two classes", "start", "2 classes", anew(experiment(problem=CLASSES))),
    (
        "a start with a fixed second layer",
        "start",
        "another shape",
        anew(experiment(network=ss.PatchCNN(3, second_layer="trained"))),
    ),
    ("a start in R^30", "start", "30", anew(experiment(problem=ss.SignalNoise(31, 1, 0.5)))),
    ("a start of the other space", "start", "'weights'", anew(experiment(**SPAN))),
    ("a start of the other regime", "start", "'feature'", anew(experiment(regime="kernel"))),
    ("new samples in coefficients", "key", "a key", anew(experiment(**SPAN), "span")),
    ("more samples without a key", "n_samples", "5", onward(experiment(n_samples=5))),
    ("more tests without a key", "n_test", "9", onward(experiment(n_test=9, **SPAN), "span")),
    (
        "another signal without a key",
        "problem",
        "2.0",
        onward(experiment(problem=ss.SignalNoise(30, 2, 0.5), **SPAN), "span"),
    ),
    (
        "a clean subset without a key",
        "n_clean",
        "2",
        onward(experiment(algorithm=ss.MetaReweighting(0.1, 2))),
    ),
    ("a start without noise", "gradient", "NoisyGradient", anew(experiment(algorithm=NOISY))),
    (
        "more noisy moments in coefficients",
        "optimiser",
        "HeavyBall",
        onward(
            experiment(algorithm=ss.put(NOISY, "optimiser", ss.HeavyBall(0.5)), **SPAN),
            "noisy",
        ),
    ),
    ("a teacher of two classes", "teacher", "2", taught(experiment(problem=CLASSES))),
    ("a teacher in coefficients", "teacher", "'coefficients'", taught(experiment(), "span")),
    ("a student in coefficients", "space", "'coefficients'", taught(experiment(**SPAN))),
    ("a teacher in R^30", "teacher", "30", taught(experiment(problem=ss.SignalNoise(31, 1, 0.5)))),
]
