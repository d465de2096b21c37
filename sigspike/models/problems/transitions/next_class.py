"""Flips to the next class."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.problems.transitions.transition import Transition


class NextClass(Transition):
    """ỹ = y with probability 1 − τ, and the class after it, y + 1 mod K, with probability τ."""

    def matrix(self, rate: float | Float[Array, ""], n_classes: int) -> Float[Array, "truth given"]:
        same = jnp.eye(n_classes)
        return (1 - rate) * same + rate * jnp.roll(same, 1, axis=1)
