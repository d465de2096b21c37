"""Where a flipped label goes."""

from abc import abstractmethod

from jaxtyping import Array, Float

from sigspike.foundation.fields import Checked


class Transition(Checked):
    """The law of the given label ỹ of a sample whose label is y = 0, …, K − 1."""

    @abstractmethod
    def matrix(self, rate: float | Float[Array, ""], n_classes: int) -> Float[Array, "truth given"]:
        """P(ỹ = l | y = k), at a flip rate."""

    def check_with(self, rate: float | Float[Array, ""], n_classes: int) -> None:
        """Refuse a flip rate or a number of classes beside which this law means nothing."""
