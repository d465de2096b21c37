"""Equal weights."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PyTree

from sigspike.training.weights.moment import Moment
from sigspike.training.weights.weighting import Weighting


class Equal(Weighting):
    """ω_i = 1."""

    def revised(
        self, moment: Moment, state: PyTree, step: Int[Array, ""], drawn: PyTree
    ) -> tuple[Float[Array, "*place"], PyTree]:
        return jnp.ones(()), state
