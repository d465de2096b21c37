"""What a method asks of a loop that is not sigspike's own."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.foundation.check import Refusal
from sigspike.images.methods import Batch, Facts, Method


class At(NamedTuple):
    """All that the losses of a batch depend on beside the logits; ``step`` counts from 0, as
    ``epoch``.
    """

    method: Method
    labels: Int[Array, " sample"]
    ids: Int[Array, " sample"]
    carried: PyTree
    key: Key[Array, ""]
    step: Any
    epoch: Any
    progress: Any

    def losses(
        self, logits: Float[Array, "sample class"]
    ) -> tuple[Float[Array, " sample"], PyTree]:
        """ℓ_i in the precision of the logits, and what is carried on."""
        size = len(logits)
        batch = Batch(
            ids=self.ids,
            images=jnp.zeros((size, 1, 1, 1)),  # a loss sees logits alone
            labels=self.labels,
            present=jnp.ones(size),
            views=(),
            clean=None,
            key=random.fold_in(self.key, self.step),
            epoch=jnp.asarray(self.epoch),
            progress=jnp.asarray(self.progress, float),
        )
        losses, carried = self.method.losses(logits, batch, self.carried)
        return losses.astype(logits.dtype), carried


class Needs(NamedTuple):
    """Whether a method carries ``rows``, one for each training image, ``writes`` them at every
    step, and looks at the ``progress`` of training: found by tracing it.
    """

    rows: bool
    writes: bool
    progress: bool


def needs(method: Method, facts: Facts) -> Needs:
    """What it asks, where the facts are these (but for the number of images)."""
    two, three = (facts._replace(labels=np.zeros(n, np.int64)) for n in (2, 3))
    begun, other = (
        jax.eval_shape(lambda f=f: method.carried(f, (), random.key(0))) for f in (two, three)
    )
    ids = jnp.zeros(1, int)

    def carried_on(carried: PyTree, progress: Float[Array, ""]) -> PyTree:
        at = At(method, ids, ids, carried, random.key(0), 0, 0, progress)
        return at.losses(jnp.zeros((1, facts.n_classes)))[1]

    program = jax.make_jaxpr(carried_on)(begun, jnp.zeros(())).jaxpr
    *before, progress = program.invars
    return Needs(
        rows=jax.tree.leaves(begun) != jax.tree.leaves(other),
        writes=list(program.outvars) != before,
        progress=any(progress in step.invars for step in program.eqns),
    )


def check_loss(method: Any) -> None:
    """Refuse a method that is more than a loss for each image."""
    if not isinstance(method, Method):
        raise Refusal(f"`method` must be an object of sigspike.images.methods, got {method!r}")
    kind = type(method)
    if kind.step is not Method.step or kind.objective is not Method.objective:
        raise Refusal(
            f"`method` must be a loss for each image, got {kind.__name__}, which is more than "
            "that; use its own bridge if it has one, or sigspike.images.training"
        )
