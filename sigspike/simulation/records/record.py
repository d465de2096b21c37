"""What every record has."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from sigspike.simulation.records.view import View

FLIPPED = "whether the label is flipped, ỹ ≠ y (1) or not (0)"


def noted(long_name: str) -> Any:
    """A recorded field, with its label in datasets and figures (all are pure numbers)."""
    return eqx.field(metadata={"attrs": {"long_name": long_name, "units": "1"}})


class Record(eqx.Module):
    """The part that every record has. A prediction f = 0 counts as half an error; from
    ``diverged_at`` on, every number is NaN.
    """

    step: Int[Array, ""] = noted("gradient steps taken")
    train_loss: Float[Array, ""] = noted("training loss on the given labels")
    step_loss: Float[Array, ""] = noted("training loss on the labels of this step")
    train_accuracy: Float[Array, ""] = noted("training accuracy")
    test_error: Float[Array, ""] = noted("test error")
    test_error_se: Float[Array, ""] = noted("standard error of the test error over its samples")
    diverged_at: Int[Array, ""] = noted(
        "first step with a number that is not finite (-1: none so far)"
    )
    stopped_at: Int[Array, ""] = noted("step from which the run stands still (-1: not so far)")

    @classmethod
    def take(cls, shared: "Record", view: View) -> "Record":
        """The shared part and this record's own, about the neurons that exist."""
        return cls(
            **{name: getattr(shared, name) for name in Record.__dataclass_fields__}, **cls.own(view)
        )

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        """What this record adds."""
        return {}

    def without_numbers_after_divergence(self) -> "Record":
        """NaN in place of every number, if the run has diverged: what comes after says nothing,
        finite or not.
        """
        diverged = self.diverged_at >= 0
        is_number = lambda leaf: jnp.issubdtype(leaf.dtype, jnp.floating)  # noqa: E731
        return jax.tree.map(
            lambda leaf: jnp.where(diverged, jnp.nan, leaf) if is_number(leaf) else leaf, self
        )


def along(exists: Bool[Array, " neuron"], values: Array) -> Bool[Array, "1 neuron *ones"]:
    """Which neurons exist, to be laid along (sign, neuron, …)."""
    return exists.reshape(1, -1, *[1] * (values.ndim - 2))
