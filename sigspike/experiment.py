"""An experiment: one training run, described."""

import math
from typing import Any

import equinox as eqx
from jax.core import Tracer

from sigspike.algorithms import Algorithm, Reweighted
from sigspike.check import Refusal
from sigspike.fields import Checked, as_count, choice, count, part
from sigspike.networks import Network
from sigspike.problems import Problem


class Experiment(Checked):
    """One training run, described: data, network, algorithm, sizes, and what to record.

    ``record_every`` = k records at steps 0, k, 2k, …, ``n_steps`` (by default about a hundred moments);
    ``record_at`` is a rising tuple of steps instead, say ``log_spaced(n_steps, 40)``. ``measure`` is
    ``"coefficients"``, ``"summary"`` or ``"weights"`` (see ``sigspike.measure``). ``space`` is ``"coefficients"``,
    where the cost does not know d, or ``"weights"``, where ``dim`` is a shape. ``regime`` is ``"feature"``, or
    ``"kernel"`` for the network linearised at its initial weights (see ``sigspike.networks.Tangent``).
    """

    problem: Problem = part(Problem)
    network: Network = part(Network)
    algorithm: Algorithm = part(Algorithm)
    n_samples: int = count("training samples n")
    n_steps: int = count("gradient steps", high=2**31 - 1)
    record_every: int | None = eqx.field(static=True, converter=as_count, default=None)
    record_at: tuple[int, ...] | None = eqx.field(static=True, default=None)
    n_test: int = count("test samples", default=2000)
    space: str = choice("coefficients", "weights", default="coefficients")
    measure: str = choice("coefficients", "summary", "weights", default="coefficients")
    regime: str = choice("feature", "kernel", default="feature")

    def __check_init__(self) -> None:
        self.check_fields()
        _check_recording(self.n_steps, self.record_every, self.record_at)
        if self.space == "coefficients" and not self.algorithm.rotation_equivariant:
            name = type(self.algorithm).__name__
            why = "whose step depends on the axes of R^d, which coefficient space does not have"
            raise Refusal(f"`space` must be 'weights' for {name}, {why}, got 'coefficients'")
        if self.measure == "weights" and not isinstance(self.algorithm, Reweighted):
            name = type(self.algorithm).__name__
            raise Refusal(f"`measure` must be 'coefficients' or 'summary' for {name}, which weighs no example")
        if self.algorithm.n_clean > self.n_samples:
            clean = self.algorithm.n_clean
            raise Refusal(f"`n_clean` must be at most `n_samples` = {self.n_samples}, got {clean}; take fewer")
        self.problem.check_sizes(self.n_samples, self.algorithm.n_clean, self.n_test)

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
        """d as a shape, where vectors of d numbers are made: in weight space, for images, for uniform weights."""
        if self.space == "coefficients" and self.problem.isotropic and self.network.init == "gaussian":
            return None
        if isinstance(self.problem.patch_dim, Tracer):
            raise Refusal(
                "`problem.dim` must be a plain number where vectors of d numbers are made, got a traced value; "
                "use Gaussian weights in coefficient space to trace it"
            )
        return int(self.problem.patch_dim)


def log_spaced(n_steps: int, n_records: int) -> tuple[int, ...]:
    """About ``n_records`` steps from 0 to ``n_steps``, evenly spaced in the logarithm, for ``record_at``."""
    return (0, *sorted({round(n_steps ** (k / max(n_records - 2, 1))) for k in range(n_records - 1)} | {n_steps}))


def _check_recording(n_steps: int, every: Any, at: Any) -> None:
    if every is not None and at is not None:
        raise Refusal(f"`record_every` and `record_at` exclude each other, got {every!r} and {at!r}; give one")
    if every is not None and (isinstance(every, bool) or not isinstance(every, int) or every < 1 or n_steps % every):
        remedy = "take a divisor, or give steps in `record_at`"
        raise Refusal(f"`record_every` must divide `n_steps` = {n_steps}, got {every!r}; {remedy}")
    if at is not None:
        whole = isinstance(at, tuple) and bool(at) and all(type(step) is int for step in at)
        if not whole or list(at) != sorted(set(at)) or at[0] < 0 or at[-1] > n_steps:
            raise Refusal(
                f"`record_at` must be a rising tuple of steps from 0 to {n_steps}, got {at!r}; see `log_spaced`"
            )
