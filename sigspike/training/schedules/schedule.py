"""What a learning-rate schedule must say of itself."""

from abc import abstractmethod

from jaxtyping import Array, Float, Int

from sigspike.foundation.fields import Checked


class Schedule(Checked):
    """The factor η_t/η at step t."""

    @abstractmethod
    def __call__(self, step: Int[Array, ""]) -> Float[Array, ""]:
        """η_t/η."""
