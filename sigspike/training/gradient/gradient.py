"""What becomes of the gradients of a step."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from jaxtyping import Array, Float, Key

from sigspike.foundation.fields import Checked
from sigspike.training.inputs import Inputs
from sigspike.training.spaces import Params
from sigspike.training.task import Task

Weights = Float[Array, "..."]  # one for each place of the batch, or one for all


class Gradient(Checked):
    """g of a step, from the gradients ω_i ∇ℓ_i of its examples.

    ``noisy``: it is random, and noise is added of which the run keeps account.
    """

    noisy: ClassVar[bool] = False

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        """The randomness of one step."""
        return ()

    def check_with(self, inputs: Inputs) -> None:
        """Refuse inputs beside which this gradient means nothing."""

    @abstractmethod
    def counted(self, weights: Weights, norms: Callable[[], Float[Array, " place"]]) -> Weights:
        """What each example counts, from its weight ω_i and ‖∇ℓ_i‖."""

    @abstractmethod
    def disturbed(self, task: Task, gradient: Params, drawn: Any) -> Params:
        """The gradient, with noise added."""
