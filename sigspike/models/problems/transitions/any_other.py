"""Flips to any other class."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.problems.transitions.transition import Transition


class AnyOther(Transition):
    """ỹ = y with probability 1 − τ, and every other class with probability τ/(K − 1)."""

    def matrix(self, rate: float | Float[Array, ""], n_classes: int) -> Float[Array, "truth given"]:
        same = jnp.eye(n_classes)
        return (1 - rate) * same + rate / (n_classes - 1) * (1 - same)
