"""Chains of runs: train from where another run ended, or on the labels that it gives."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, Key

from sigspike.models import labels
from sigspike.simulation.checkpoint import Checkpoint
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.links import check_start, check_teacher
from sigspike.simulation.observer import Carry
from sigspike.simulation.records import Record
from sigspike.simulation.simulation import Draw, check, draw, follow, set_out


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
    randomness: T₁ steps and then T₂ are T₁ + T₂, bit for bit where records are as far apart. With
    one, new samples of the problem are drawn, whatever it is (in weight space, where filters are
    vectors of R^d). γ and ρ are then the least-squares fit, on these samples, of all that was
    learnt since the first weights.

    ``teacher`` gives the training labels ỹ, as it predicts them; what counts as flipped is where it
    errs. Its network may be another one. Other samples than its own are for weight space.
    """
    check(experiment, start.key if key is None and isinstance(start, Checkpoint) else key)
    if start is not None:
        check_start(start, experiment, same_samples=key is None)
    if teacher is not None:
        check_teacher(teacher, experiment, own_samples=key is None and teacher is start)
    drawn, own = _drawn(experiment, key, start, experiment.explicit_dim)
    if teacher is not None:
        drawn = _taught(drawn, teacher, experiment.space == "weights")
    carry = _begun(experiment, drawn, own, start, key is None and teacher is None)
    since = jnp.zeros((), int) if start is None else start.step
    # A program of its own, the same for a run that is new and one that goes on: the same bits.
    record, carry = _ended(experiment, drawn, own, carry, since)
    return record, Checkpoint(experiment, drawn, own, carry, since + experiment.n_steps)


@eqx.filter_jit
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


@eqx.filter_jit
def _taught(drawn: Draw, teacher: Checkpoint, new_samples: bool) -> Draw:
    """The samples, with the labels that the teacher predicts."""
    logits = teacher.logits(drawn.train if new_samples else None)
    return replace(drawn, train=replace(drawn.train, label=labels.predicted(logits)))


@eqx.filter_jit
def _begun(
    experiment: Experiment,
    drawn: Draw,
    key: Key[Array, ""],
    start: Checkpoint | None,
    same_samples: bool,
) -> Carry:
    """What the run carries before its first step."""
    loop, params = set_out(experiment, drawn, jax.random.split(key)[1])
    return loop.start(params) if start is None else start.onward(loop, same_samples)


@eqx.filter_jit
def _ended(
    experiment: Experiment, drawn: Draw, key: Key[Array, ""], carry: Carry, since: Int[Array, ""]
) -> tuple[Record, Carry]:
    """The records, and what the run carries after its last step."""
    loop, _ = set_out(experiment, drawn, jax.random.split(key)[1])
    carry, record = follow(experiment, drawn, loop, carry, since)
    last, left = record.step[-1], experiment.n_steps - experiment.record_steps[-1]
    if left:
        carry = loop.look(loop.run(carry, last, left))
        carry = loop.watch(carry, last + left, loop.task.training)
    return record, carry
