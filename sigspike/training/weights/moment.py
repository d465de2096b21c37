"""What is known before a step."""

from collections.abc import Callable
from typing import NamedTuple

import optax
from jaxtyping import Array, Float, Int, PyTree

from sigspike.models.examples import Atoms, Rows
from sigspike.models.losses import Loss
from sigspike.training.spaces import Params, Upper
from sigspike.training.task import Task


class Moment(NamedTuple):
    """A step that is about to be taken: the task, w, the batch, its losses as the step is told
    them, and what the optimiser will make of a gradient.

    The batch: its ``rows`` among the samples, which by their numbers are ``ids``, and what each
    counts in the mean over them, ``share`` (0 in a place that no sample fills).
    """

    task: Task
    params: Params
    rows: Rows
    ids: Int[Array, " place"]
    share: Float[Array, " place"]
    losses: Callable[[Upper, Atoms], Float[Array, " place"]]
    loss: Loss
    learning_rate: Float[Array, ""]
    transform: optax.GradientTransformation
    optimiser: PyTree

    @property
    def size(self) -> Float[Array, ""]:
        """|I_t|."""
        return (self.share > 0).sum().astype(self.share.dtype)

    def clean_loss(self, upper: Upper, overlaps: Atoms) -> Float[Array, ""]:
        """L_val = (1/n_v) Σ_j ℓ(y_j f_j), from the overlaps of the clean subset."""
        return self.task.losses(self.loss, upper, overlaps, self.task.cleaning).mean()

    def clean_slope(self, params: Params) -> Params:
        """∇L_val."""
        return self.task.space.gradient(self.clean_loss, params, self.task.cleaning)
