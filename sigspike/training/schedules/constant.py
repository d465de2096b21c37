"""A constant learning rate."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.training.schedules.schedule import Schedule


class Constant(Schedule):
    """η_t = η."""

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        return jnp.ones(())
