"""What an optimiser must say of itself."""

from abc import abstractmethod
from typing import ClassVar

import optax
from jaxtyping import Array, Float

from sigspike.foundation.fields import Checked
from sigspike.training.spaces.weights import ride_along


class Optimiser(Checked):
    """T in w ← w − η_t T(g + λ w), linear or not; its state is made and carried by optax.

    ``rotation_equivariant`` is false where T depends on the axes of R^d, which coefficient space
    does not have. What such a T leaves of w0 is no multiple of w0, so that γ and ρ are always those
    of w − w0, with what the noise of the gradients became. ``differentiable`` is false where T has
    no derivative at some gradients (at g = 0, for Adam).
    """

    rotation_equivariant: ClassVar[bool] = True
    differentiable: ClassVar[bool] = True

    @abstractmethod
    def transformation(self) -> optax.GradientTransformation:
        """T, without the learning rate."""

    def decayed(self, weight_decay: float | Float[Array, ""]) -> optax.GradientTransformation:
        """g ↦ T(g + λ w)."""
        return optax.chain(optax.add_decayed_weights(weight_decay), self.transformation())


def by_coordinates(transformation: optax.GradientTransformation) -> optax.GradientTransformation:
    """A transformation that acts on every coordinate of R^d by itself, and so not on the share of
    w0 or the noise of the gradients, which it does not keep apart from what is learnt.
    """
    return optax.chain(transformation, optax.masked(optax.set_to_zero(), ride_along))
