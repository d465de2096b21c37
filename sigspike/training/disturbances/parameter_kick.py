"""A kick of the parameters."""

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.models import labels
from sigspike.models.examples import Atoms
from sigspike.training.disturbances.disturbance import Disturbance
from sigspike.training.spaces import Params, Upper
from sigspike.training.task import Task


class ParameterKick(Disturbance):
    """Before the step ``when``, θ ← θ + ``size`` · d/‖d‖ with d = Σ_i ε_i ∇f̃_i, f̃_i = ỹ_i f_i and
    ε_i ~ N(0, 1).

    d is a random direction among those that training can reach, the same vector in every space.
    """

    disturbs: ClassVar[str] = "the parameters"

    when: float | Float[Array, ""] = number(NONNEGATIVE, "step of the kick")
    size: float | Float[Array, ""] = number(NONNEGATIVE, "length of the kick", default=1.0)

    def draw(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        return jax.random.normal(key, (n_samples,))

    def params(self, task: Task, params: Params, step: Int[Array, ""], drawn: PyTree) -> Params:
        rows = task.training

        def margins(upper: Upper, overlaps: Atoms) -> Float[Array, " sample"]:
            return labels.margin(task.logits(upper, overlaps, rows), task.label[rows])

        direction = task.space.linearised(margins, params, rows).backward(drawn)
        square = task.space.inner(direction, direction)
        length = jnp.where(
            step == self.when, self.size / jnp.sqrt(jnp.where(square > 0, square, 1)), 0
        )
        return task.space.move(params, length, direction)
