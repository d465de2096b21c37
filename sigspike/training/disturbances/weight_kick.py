"""A kick of the weights."""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from sigspike.foundation.check import NONNEGATIVE, Range
from sigspike.foundation.fields import number
from sigspike.training.disturbances.disturbance import Disturbance, Weights


class WeightKick(Disturbance):
    """Before the step ``when``, w_i ← min(1, w_i + ``size``) where labels are flipped."""

    disturbs: ClassVar[str] = "the weights"

    when: float | Float[Array, ""] = number(NONNEGATIVE, "step of the kick")
    size: float | Float[Array, ""] = number(
        Range(low=0, high=1), "weight added to noisy examples", default=0.5
    )

    def weights(
        self, weights: Weights, flipped: Bool[Array, " sample"], step: Int[Array, ""]
    ) -> Weights:
        return jnp.where(
            (step == self.when) & flipped, jnp.minimum(weights + self.size, 1), weights
        )
