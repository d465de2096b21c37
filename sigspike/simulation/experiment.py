"""An experiment: one training run, described."""

import math

from jax.core import Tracer

from sigspike.foundation.check import Refusal, shown
from sigspike.foundation.fields import Checked, choice, count, part, steps
from sigspike.models.networks import Network
from sigspike.models.problems import Problem
from sigspike.models.problems.given_samples import GivenSamples
from sigspike.simulation.records import RECORDS
from sigspike.training import Algorithm


class Experiment(Checked):
    """One training run, described: data, network, algorithm, sizes, and what to record.

    ``record_every`` = k records at steps 0, k, 2k, …, ``n_steps`` (by default about a hundred
    moments); ``record_at`` is a rising tuple of steps instead, say ``log_spaced(n_steps, 40)``.
    ``measure`` is ``"coefficients"``, ``"summary"``, or one of the records of a part, ``"weights"``
    of examples, ``"attention"``, ``"second_layer"``, or of test errors by ``"groups"`` (see
    ``simulation.records``).
    ``space`` is ``"coefficients"``, where the cost does not know d, or ``"weights"``, where ``dim``
    is a shape. ``regime`` is ``"feature"``, or ``"kernel"`` for the network linearised at its
    initial weights (see ``models.networks.Tangent``). ``stop`` is ``"end"``, or ``"fitted"`` for a
    run that stands still once all training margins on the given labels are positive.
    """

    problem: Problem = part(Problem)
    network: Network = part(Network)
    algorithm: Algorithm = part(Algorithm)
    n_samples: int = count("training samples n")
    n_steps: int = count("gradient steps")
    record_every: int | None = count("steps between two records", default=None, optional=True)
    record_at: tuple[int, ...] | None = steps("steps that are recorded", default=None)
    n_test: int = count("test samples", default=2000)
    space: str = choice("coefficients", "weights", default="coefficients")
    measure: str = choice(*RECORDS, default="coefficients")
    regime: str = choice("feature", "kernel", default="feature")
    stop: str = choice("end", "fitted", default="end")

    def __check_init__(self) -> None:
        _check_recording(self.n_steps, self.record_every, self.record_at)
        algorithm = self.algorithm
        if self.space == "coefficients" and not algorithm.optimiser.rotation_equivariant:
            name = type(algorithm.optimiser).__name__
            why = "whose step depends on the axes of R^d, which coefficient space does not have"
            raise Refusal(f"`space` must be 'weights' for {name}, {why}, got 'coefficients'")
        if self.measure == "weights" and algorithm.n_clean == 0:
            name = type(algorithm.weights).__name__
            raise Refusal(
                f"`measure` must be 'coefficients' or 'summary' for {name} weights, "
                "which say nothing"
            )
        own = *self.network.measures, *self.problem.measures
        if self.measure not in ("coefficients", "summary", "weights", *own):
            names = f"{type(self.network).__name__} on {type(self.problem).__name__}"
            raise Refusal(
                f"`measure` must be 'coefficients' or 'summary' for {names}, which has no such "
                f"thing, got {self.measure!r}"
            )
        if algorithm.n_clean > self.n_samples:
            clean = algorithm.n_clean
            raise Refusal(
                f"`n_clean` must be at most `n_samples` = {self.n_samples}, got {clean}; take fewer"
            )
        if algorithm.batches.size is not None and algorithm.batches.size > self.n_samples:
            size = algorithm.batches.size
            raise Refusal(
                f"`batch_size` must be at most `n_samples` = {self.n_samples}, got {size}; "
                "take Full()"
            )
        _check_fresh(self)
        problem = self.problem
        if self.network.frozen and algorithm.gradient.noisy:
            name = type(algorithm.gradient).__name__
            raise Refusal(
                f"`gradient` must be Exact where a part of the first layer is frozen, got {name}"
            )
        self.network.check_with(problem.n_classes, problem.n_patches, problem.n_axes)
        _check_classes(problem.n_classes, algorithm)
        self.problem.check_sizes(self.n_samples, self.algorithm.n_clean, self.n_test)

    @property
    def classifier(self) -> Network:
        """The network for as many classes as the problem has."""
        return self.network.among(self.problem.n_classes)

    @property
    def record_steps(self) -> tuple[int, ...]:
        """The steps at which this experiment is recorded."""
        return self.record_at or (*range(0, self.n_steps, self._every), self.n_steps)

    @property
    def n_records(self) -> int:
        """How many these are."""
        return len(self.record_at or range(0, self.n_steps, self._every)) + (self.record_at is None)

    @property
    def _every(self) -> int:
        least = math.ceil(self.n_steps / 100)
        divisors = (k for k in range(least, 2 * least) if self.n_steps % k == 0)
        return self.record_every or next(divisors, least)

    @property
    def explicit_dim(self) -> int | None:
        """d as a shape, where vectors of d numbers are made: in weight space, for images, for
        uniform weights.
        """
        if (
            self.space == "coefficients"
            and self.problem.isotropic
            and self.network.init == "gaussian"
        ):
            return None
        if isinstance(self.problem.patch_dim, Tracer):
            raise Refusal(
                "`problem.dim` must be a plain number where vectors of d numbers are made, got a "
                "traced value; use Gaussian weights in coefficient space to trace it"
            )
        return int(self.problem.patch_dim)


def _check_classes(n_classes: int, algorithm: Algorithm) -> None:
    """Refuse dials that mean nothing for K ≥ 3 classes."""
    named = {"loss": algorithm.loss.takes_several_classes()}
    named["labels"] = algorithm.labels.several_classes
    for name, fits in named.items():
        if n_classes > 2 and not fits:
            kind = type(getattr(algorithm, name)).__name__
            instead = {"loss": "Logistic() or Squared()", "labels": "Flips() or Smoothing()"}[name]
            raise Refusal(
                f"`{name}` must have a meaning for {n_classes} classes, got {kind}; take {instead}"
            )


def _check_fresh(experiment: Experiment) -> None:
    """Refuse samples that are new at every step where they cannot be drawn, or be fitted."""
    if experiment.algorithm.batches.fresh is None:
        return
    name, problem = type(experiment.algorithm.batches).__name__, experiment.problem
    needed = {"space": "weights", "stop": "end"}
    for field, value in needed.items():
        got = getattr(experiment, field)
        if got != value:
            raise Refusal(
                f"`{field}` must be {value!r} for {name} batches, whose samples are new at every "
                f"step, got {got!r}"
            )
    if isinstance(problem, GivenSamples):
        raise Refusal(
            f"`batches` must be of the samples at hand for {type(problem).__name__}, whose law "
            f"is not known, got {name}; take Shuffled"
        )


def log_spaced(n_steps: int, n_records: int) -> tuple[int, ...]:
    """About ``n_records`` steps from 0 to ``n_steps``, evenly spaced in the logarithm, for
    ``record_at``.
    """
    return (
        0,
        *sorted(
            {round(n_steps ** (k / max(n_records - 2, 1))) for k in range(n_records - 1)}
            | {n_steps}
        ),
    )


def _check_recording(n_steps: int, every: int | None, record_at: tuple[int, ...] | None) -> None:
    if every is not None and record_at is not None:
        raise Refusal(
            f"`record_every` and `record_at` exclude each other, got {every} and "
            f"{shown(record_at)}; give one"
        )
    if every is not None and n_steps % every:
        remedy = "take a divisor, or give steps in `record_at`"
        raise Refusal(f"`record_every` must divide `n_steps` = {n_steps}, got {every}; {remedy}")
    if record_at is not None and record_at[-1] > n_steps:
        raise Refusal(
            f"`record_at` must end by `n_steps` = {n_steps}, got {shown(record_at)}; "
            "see `log_spaced`"
        )
