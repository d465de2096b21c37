"""Noise on the couplings."""

from typing import ClassVar

import jax
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.training.disturbances.disturbance import Couplings, Disturbance


class Jitter(Disturbance):
    """c_i ← c_i + ``std`` ε_i with ε_i ~ N(0, 1) drawn afresh at every step: what a mini-batch
    would add.
    """

    disturbs: ClassVar[str] = "the couplings"

    std: float | Float[Array, ""] = number(NONNEGATIVE, "standard deviation added to the couplings")

    def draw(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        return jax.random.normal(key, (n_samples,))

    def couplings(
        self, couplings: Couplings, drawn: PyTree, ids: Int[Array, " place"]
    ) -> Couplings:
        return couplings + self.std * drawn[ids]
