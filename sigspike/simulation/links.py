"""Which checkpoints go with which experiment: as the start of a run, or as its teacher."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from sigspike.foundation.check import Instance, Refusal, shown
from sigspike.models.networks import Network
from sigspike.simulation.checkpoint import Checkpoint
from sigspike.simulation.experiment import Experiment

REMEDY = "take space='weights' from the first run on"


def check_start(start: Any, experiment: Experiment, same_samples: bool) -> None:
    """Refuse a checkpoint from which this experiment cannot set out."""
    Instance(Checkpoint).check("start", start)
    earlier, wanted = start.experiment, experiment
    for name in ("space", "regime"):
        one, other = getattr(wanted, name), getattr(earlier, name)
        if one != other:
            raise Refusal(f"`start` must be of {name}={one!r}, as the experiment, got {other!r}")
    one, other = _words(wanted.classifier), _words(earlier.classifier)
    if one != other or _upper(wanted.classifier) != _upper(earlier.classifier):
        other = other if one != other else "layers above the first of another shape"
        raise Refusal(f"`start` must be of a network as the experiment's, {one}, got {other}")
    _check_dim("start", start, experiment)
    if experiment.space == "coefficients" and not same_samples:
        raise Refusal(
            "`key` must be left out in coefficient space, where `start` is written in its own "
            f"samples, got a key; for other samples {REMEDY}"
        )
    _check_noise(start, experiment)
    if same_samples:
        _check_samples(start, experiment)


def check_teacher(teacher: Any, experiment: Experiment, own_samples: bool) -> None:
    """Refuse a checkpoint that cannot label the samples of this experiment."""
    Instance(Checkpoint).check("teacher", teacher)
    network, problem = teacher.experiment.classifier, experiment.problem
    if network.n_classes != problem.n_classes:
        raise Refusal(
            f"`teacher` must know {problem.n_classes} classes, as the problem, got "
            f"{network.n_classes}"
        )
    if own_samples:
        return
    spaces = {"space": experiment.space, "teacher": teacher.experiment.space}
    for name, space in spaces.items():
        if space != "weights":
            raise Refusal(
                f"`{name}` must be of weight space for labels on new samples, got {space!r}; "
                f"{REMEDY}"
            )
    _check_dim("teacher", teacher, experiment)
    network.check_with(problem.n_classes, problem.n_patches, problem.n_axes)


def _check_dim(name: str, checkpoint: Checkpoint, experiment: Experiment) -> None:
    """Refuse filters of another dimension, where this is a shape."""
    one, other = experiment.explicit_dim, checkpoint.experiment.explicit_dim
    if one != other:
        raise Refusal(f"`{name}` must have filters in R^d with d = {one}, got {other}")


def _check_noise(start: Checkpoint, experiment: Experiment) -> None:
    """Refuse to begin or end to keep account of noise, or for other moments than room was made for
    in coefficient space.
    """
    earlier, wanted = start.experiment.algorithm, experiment.algorithm
    one, other = (type(algorithm.gradient).__name__ for algorithm in (wanted, earlier))
    if wanted.gradient.noisy != earlier.gradient.noisy:
        raise Refusal(f"`gradient` must be {other}, as that of `start`, got {one}")
    if not wanted.gradient.noisy or experiment.space == "weights":
        return
    if wanted.moments != earlier.moments:
        one, other = (type(algorithm.optimiser).__name__ for algorithm in (wanted, earlier))
        raise Refusal(
            f"`optimiser` must carry as much as {other}, that of `start`, where gradients are "
            f"noisy in coefficient space, got {one}; {REMEDY}"
        )


def _check_samples(start: Checkpoint, experiment: Experiment) -> None:
    """Refuse other samples than the start's own, which go on without a key."""
    earlier = start.experiment
    sizes = (
        ("n_samples", experiment.n_samples, earlier.n_samples),
        ("n_test", experiment.n_test, earlier.n_test),
        ("n_clean", experiment.algorithm.n_clean, earlier.algorithm.n_clean),
    )
    remedy = "give a `key` for other samples"
    remedy = remedy if experiment.space == "weights" else f"{remedy}, and {REMEDY}"
    for name, one, other in sizes:
        if one != other:
            raise Refusal(f"`{name}` must be {other}, as that of `start`, got {one}; {remedy}")
    if not _same(experiment.problem, earlier.problem):
        raise Refusal(
            f"`problem` must be that of `start`, got {shown(experiment.problem)}; {remedy}"
        )


def _same(one: Any, other: Any) -> bool:
    """Whether two descriptions are the same, as far as their numbers are known."""
    if jax.tree.structure(one) != jax.tree.structure(other):
        return False
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    known = [pair for pair in pairs if not any(isinstance(leaf, Tracer) for leaf in pair)]
    return all(a is b or (jnp.shape(a) == jnp.shape(b) and bool((a == b).all())) for a, b in known)


def _words(network: Network) -> str:
    """What must agree of two networks."""
    bias = "with" if network.bias else "without"
    name = type(network).__name__
    return f"{name} of width {network.width} for {network.n_classes} classes {bias} biases"


def _upper(network: Network) -> Any:
    """The shapes of the layers above the first."""
    made = jax.eval_shape(network.upper, jax.random.key(0))
    return jax.tree.structure(made), [leaf.shape for leaf in jax.tree.leaves(made)]
