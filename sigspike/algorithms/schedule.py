"""Learning-rate schedules: factors that multiply the learning rate."""

from abc import abstractmethod

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from sigspike.check import BELOW_ONE, NONNEGATIVE, POSITIVE
from sigspike.fields import Checked, count, number


class Schedule(Checked):
    """The factor η_t/η at step t."""

    @abstractmethod
    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        """η_t/η."""


class Constant(Schedule):
    """η_t = η."""

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        return jnp.ones(())


class Exponential(Schedule):
    """η_t = η · exp(−``rate`` · t)."""

    rate: float | Float[Array, ""] = number(NONNEGATIVE, "decay rate")

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        return jnp.exp(-self.rate * step)


class Cosine(Schedule):
    """η_t/η falls as a half cosine from 1 to ``final`` over ``n_steps`` steps, after ``n_warmup`` steps of linear
    rise from 0.
    """

    n_steps: int = count("steps of the schedule")
    final: float | Float[Array, ""] = number(BELOW_ONE, "final share of the learning rate", default=0.0)
    n_warmup: int = count("steps of warm-up", low=0, default=0)

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        fall = optax.schedules.cosine_decay_schedule(1.0, self.n_steps, self.final)  # type: ignore[arg-type]
        rise = jnp.minimum(1.0, step / max(self.n_warmup, 1)) if self.n_warmup else 1.0
        return jnp.asarray(rise * fall(jnp.maximum(step - self.n_warmup, 0)))


class InverseTime(Schedule):
    """η_t = η / (1 + t/``time``)^``power``."""

    time: float | Float[Array, ""] = number(POSITIVE, "decay time in steps")
    power: float | Float[Array, ""] = number(NONNEGATIVE, "exponent of the decay", default=1.0)

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        return (1 + step / self.time) ** -self.power
