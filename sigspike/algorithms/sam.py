"""Sharpness-aware minimisation."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.algorithms.algorithm import Task
from sigspike.algorithms.mini_batch import MiniBatch
from sigspike.check import NONNEGATIVE
from sigspike.fields import count, number
from sigspike.spaces import Params


class SAM(MiniBatch):
    """w ← w − η ∇L_t(w + τ ∇L_t(w) / ‖∇L_t(w)‖), τ = ``radius`` (Foret et al. 2021, arXiv 2010.01412, eq. 2 and 3).

    L_t is the loss of the step's batch (see ``MiniBatch``; by default all samples), the same in both gradients, and the
    norm is over all trained parameters. Where the gradient vanishes, nothing is added to w. At τ = 0 this is SGD.
    Weight decay acts on w, and has no part in the ascent. A step costs two of gradient descent.
    """

    radius: float | Float[Array, ""] = number(NONNEGATIVE, "radius of the perturbation τ")
    batch_size: int | None = count("samples a batch B (None: all)", default=None, optional=True)

    def gradient(self, task: Task, params: Params, drawn: Any) -> Params:
        ascent = super().gradient(task, params, drawn)
        square = task.space.inner(ascent, ascent)
        step = jnp.where(square > 0, self.radius / jnp.sqrt(jnp.where(square > 0, square, 1)), 0)
        return super().gradient(task, task.space.move(params, step, ascent), drawn)
