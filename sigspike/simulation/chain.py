"""Chains of runs: train from where another run ended, or on the labels that it gives."""

from dataclasses import replace

import equinox as eqx
import jax
from jaxtyping import Array, Key

from sigspike.models import labels
from sigspike.simulation.checkpoint import Checkpoint
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.links import check_start, check_teacher
from sigspike.simulation.record import Record
from sigspike.simulation.simulation import Draw, Loop, begin, check, draw, follow


def train(
    experiment: Experiment,
    key: Key[Array, ""] | None = None,
    *,
    start: Checkpoint | None = None,
    teacher: Checkpoint | None = None,
) -> tuple[Record, Checkpoint]:
    """``simulate``, with where it ended: the records, and a checkpoint.

    ``start`` is the checkpoint of a run from which this one sets out, ``n_steps`` further; steps
    count on, in records and schedules. Without a ``key`` that run goes on, with its own samples and
    randomness: T₁ steps and then T₂ are T₁ + T₂, bit for bit. With one, new samples of the problem
    are drawn, whatever it is (in weight space, where filters are vectors of R^d). γ and ρ are
    then the least-squares fit, on these samples, of all that was learnt since the first weights.

    ``teacher`` gives the training labels ỹ, as it predicts them; what counts as flipped is where it
    errs. Its network may be another one. Other samples than its own are for weight space.
    """
    check(experiment, start.key if key is None and isinstance(start, Checkpoint) else key)
    if start is not None:
        check_start(start, experiment, same_samples=key is None)
    if teacher is not None:
        check_teacher(teacher, experiment, own_samples=key is None and teacher is start)
    return _train(experiment, key, start, teacher, experiment.explicit_dim)


@eqx.filter_jit
def _train(
    experiment: Experiment,
    key: Key[Array, ""] | None,
    start: Checkpoint | None,
    teacher: Checkpoint | None,
    explicit_dim: int | None,
) -> tuple[Record, Checkpoint]:
    drawn, own = _drawn(experiment, key, start, explicit_dim)
    if teacher is not None:
        given = teacher.logits(drawn.train if experiment.space == "weights" else None)
        drawn = eqx.tree_at(lambda at: at.train.label, drawn, labels.predicted(given))
    task, params = begin(experiment, drawn)
    loop = Loop(task, experiment.algorithm, jax.random.split(own)[1], experiment.stop == "fitted")
    since = None if start is None else start.step
    if start is None:
        carry = loop.start(params)
    else:
        carry = start.onward(experiment, loop, key is None and teacher is None)
    carry, record = follow(experiment, drawn, loop, carry, since)
    last = record.step[-1]
    left = experiment.n_steps - experiment.record_steps[-1]
    if left:
        carry = loop.look(loop.run(carry, last, left))
        carry = loop.watch(carry, last + left, task.training)
    return record, Checkpoint(experiment, drawn, own, carry, last + left)


def _drawn(
    experiment: Experiment,
    key: Key[Array, ""] | None,
    start: Checkpoint | None,
    explicit_dim: int | None,
) -> tuple[Draw, Key[Array, ""]]:
    """The samples and first weights of a run, and its key: the start's own, or new samples beside
    its first weights.
    """
    if key is None:
        assert start is not None, "refused otherwise"
        return start.drawn, start.key
    drawn = draw(experiment, jax.random.split(key)[0], explicit_dim)
    if start is None:
        return drawn, key
    return replace(drawn, first=start.drawn.first, upper=start.drawn.upper), key
