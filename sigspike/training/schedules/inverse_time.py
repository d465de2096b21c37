"""Decay of the learning rate with the inverse of time."""

from jaxtyping import Array, Float, Int

from sigspike.foundation.check import NONNEGATIVE, POSITIVE
from sigspike.foundation.fields import number
from sigspike.training.schedules.schedule import Schedule


class InverseTime(Schedule):
    """η_t = η / (1 + t/``time``)^``power``."""

    time: float | Float[Array, ""] = number(POSITIVE, "decay time in steps")
    power: float | Float[Array, ""] = number(NONNEGATIVE, "exponent of the decay", default=1.0)

    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        return (1 + step / self.time) ** -self.power
