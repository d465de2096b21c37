"""Looks at a run: what is carried from step to step, and the record of a moment."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.foundation.tree import all_finite
from sigspike.models import labels
from sigspike.models.examples import Atoms, Examples
from sigspike.models.frames import turn
from sigspike.simulation.records import AttentionRecord, Record, View, WeightRecord
from sigspike.training import Algorithm, Randomness, Task
from sigspike.training.algorithm import seen
from sigspike.training.spaces import Params
from sigspike.training.spaces.space import extended, read
from sigspike.training.weights import Steered


class Carry(eqx.Module):
    """The state of training between two steps; −1 where a run has not diverged, or not stopped."""

    params: Params
    state: Any
    diverged_at: Int[Array, ""]
    stopped_at: Int[Array, ""]


class Observer(eqx.Module):
    """Looks at a run: its training task, its test set, and the law of the labels of each step.

    ``n_axes`` counts the signal axes of a test set in the outlook of the training frame; None where
    both are in one.
    """

    record: type[Record] = eqx.field(static=True)
    task: Task
    test: Examples
    algorithm: Algorithm
    n_axes: int | None = eqx.field(static=True)

    def __call__(self, carry: Carry, step: Int[Array, ""], drawn: Randomness) -> Record:
        """The record of this moment; ``drawn`` is what the algorithm takes its next step with."""
        task, algorithm, params = self.task, self.algorithm, carry.params
        logits, test_logits = task.training_logits(params), self._test_logits(params)
        label = task.train.label
        right, wrong = (
            labels.correct(logits, label),
            1 - labels.correct(test_logits, self.test.label),
        )
        loss = algorithm.loss.of(logits, label)
        losses = jnp.mean(loss), self._step_loss(params, drawn)
        view = View(
            task.coefficients(params),
            loss,
            labels.margin(logits, label),
            right,
            task.train,
            task.network,
            self.test,
            wrong,
            upper=params.upper,
        )
        finite = all_finite((logits, test_logits, losses, view.decomposition))
        shared = Record(
            step=step,
            train_loss=losses[0],
            step_loss=losses[1],
            train_accuracy=jnp.mean(right),
            test_error=jnp.mean(wrong),
            test_error_se=jnp.std(wrong) / wrong.shape[0] ** 0.5,
            diverged_at=jnp.where((carry.diverged_at < 0) & ~finite, step, carry.diverged_at),
            stopped_at=carry.stopped_at,
        )
        if self.record is WeightRecord and isinstance(algorithm.weights, Steered):
            moment, weighing = algorithm.look(task, params, carry.state, drawn)
            look = algorithm.weights.look(moment, weighing, drawn.weights)
            clean_loss = moment.clean_loss(params.upper, task.space.overlaps(params, task.cleaning))
            view = view._replace(look=look, clean_loss=clean_loss)
        if self.record is AttentionRecord:
            view = view._replace(attention=task.attention(params))
        return self.record.take(shared, view).without_numbers_after_divergence()

    def _step_loss(self, params: Params, drawn: Randomness) -> Float[Array, ""]:
        rows = seen(self.task, drawn.batch)
        losses = self.algorithm.losses(self.task, drawn)(
            params.upper, self.task.space.overlaps(params, rows)
        )
        return jnp.mean(losses) if drawn.batch is None else jnp.sum(drawn.batch.share * losses)

    def _test_logits(self, params: Params) -> Float[Array, "sample *class_"]:
        task = self.task
        filters, n_coordinates = task.space.filters(params), task.train.noise.shape[-1]
        moments = [filters] if task.start is None else [filters, task.space.initial]
        n_moments = len(moments)
        # Neuron by neuron: the coordinates that a test sees of a network are the first of those of
        # a wider one.
        stacked = jnp.stack(moments, axis=2).reshape(filters.shape[0], -1, filters.shape[-1])
        if self.n_axes is not None:
            stacked = turn(stacked, self.n_axes, n_coordinates - self.n_axes)
        overlaps = read(stacked, *extended(self.test, stacked.shape[-1]))
        now, *start = (
            Atoms(*(part[:, moment::n_moments] for part in overlaps)) for moment in range(n_moments)
        )
        answer = task.answer(self.test.patches(start[0]) if start else None)
        return answer.logits(params.upper, self.test.patches(now), self.test)
