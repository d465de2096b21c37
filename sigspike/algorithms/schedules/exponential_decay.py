"""Exponential decay of the learning rate."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.algorithms.schedules.schedule import Schedule
from sigspike.check import NONNEGATIVE
from sigspike.fields import number


class ExponentialDecay(Schedule):
    """η_t = η · exp(−``rate`` · t)."""

    rate: float | Float[Array, ""] = number(NONNEGATIVE, "decay rate")

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        return jnp.exp(-self.rate * step)
