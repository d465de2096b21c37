"""Losses as functions of the margin y·f."""

from collections.abc import Callable

import jax
from jaxtyping import Array, Float


def logistic(margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """ℓ(z) = log(1 + e^{−z}), with ℓ'(z) = −1/(1 + e^z)."""
    return jax.nn.softplus(-margin)


def squared(margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """ℓ(z) = ½ (1 − z)², which for y = ±1 is ½ (f − y)² at z = y f."""
    return (1 - margin) ** 2 / 2


LOSSES: dict[str, Callable[[Array], Array]] = {"logistic": logistic, "squared": squared}
