"""Equal weights."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.training.weights.moment import Moment
from sigspike.training.weights.weighting import Weighting


class Equal(Weighting):
    """ω_i = 1."""

    def revised(
        self, moment: Moment, state: Any, step: Int[Array, ""], drawn: Any
    ) -> tuple[Float[Array, "*place"], Any]:
        return jnp.ones(()), state
