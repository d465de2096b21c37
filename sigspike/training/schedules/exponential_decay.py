"""Exponential decay of the learning rate."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.training.schedules.schedule import Schedule


class ExponentialDecay(Schedule):
    """η_t = η · exp(−``rate`` · t)."""

    rate: float | Float[Array, ""] = number(NONNEGATIVE, "decay rate")

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        return jnp.exp(-self.rate * step)
