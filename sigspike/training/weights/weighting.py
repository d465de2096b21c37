"""What the examples of a step count."""

from abc import abstractmethod
from typing import ClassVar

from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.foundation.fields import Checked
from sigspike.training.optimisers import Optimiser
from sigspike.training.spaces import Params
from sigspike.training.task import Task
from sigspike.training.weights.moment import Moment


class Weighting(Checked):
    """Weights ω_i of the examples, in the descent of (1/|I_t|) Σ_{i ∈ I_t} ω_i ℓ_i.

    ``n_clean``: how many clean examples, beside the training ones, it looks at.
    """

    n_clean: ClassVar[int] = 0  # a field of some

    def draw(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        """The randomness of one step."""
        return ()

    def init(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        """What is carried from step to step."""
        return ()

    def disturbed(
        self, task: Task, params: Params, state: PyTree, step: Int[Array, ""], drawn: PyTree
    ) -> tuple[Params, PyTree]:
        """The parameters and the state before a step, after what a study does to them."""
        return params, state

    def check_with(self, optimiser: Optimiser) -> None:
        """Refuse an optimiser beside which these weights mean nothing."""

    @abstractmethod
    def revised(
        self, moment: Moment, state: PyTree, step: Int[Array, ""], drawn: PyTree
    ) -> tuple[Float[Array, "*place"], PyTree]:
        """ω_i of the batch (or one number for all), and what is carried on."""
