"""Cosine decay of the learning rate."""

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import count, number
from sigspike.training.schedules.schedule import Schedule


class Cosine(Schedule):
    """η_t/η falls as a half cosine from 1 to ``final`` over ``n_steps`` steps, after ``n_warmup``
    steps of linear rise from 0.
    """

    n_steps: int = count("steps of the schedule")
    final: float | Float[Array, ""] = number(
        BELOW_ONE, "final share of the learning rate", default=0.0
    )
    n_warmup: int = count("steps of warm-up", low=0, default=0)

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        fall = optax.schedules.cosine_decay_schedule(1.0, self.n_steps, self.final)  # type: ignore[arg-type]
        rise = jnp.minimum(1.0, step / max(self.n_warmup, 1)) if self.n_warmup else 1.0
        return jnp.asarray(rise * fall(jnp.maximum(step - self.n_warmup, 0)))
