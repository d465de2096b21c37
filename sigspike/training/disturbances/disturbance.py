"""What a study of a reweighted run disturbs, and when."""

import equinox as eqx
from jaxtyping import Array, Bool, Float, Int, Key, PyTree

from sigspike.foundation.fields import Checked
from sigspike.training.spaces import Params
from sigspike.training.task import Task

Couplings = Float[Array, " place"]
Weights = Float[Array, " sample"]


class Disturbance(Checked):
    """What is done to a run from outside, to what it ``disturbs``."""

    disturbs: eqx.AbstractClassVar[str]

    def draw(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        """The randomness of one step."""
        return ()

    def weights(
        self, weights: Weights, flipped: Bool[Array, " sample"], step: Int[Array, ""]
    ) -> Weights:
        """The weights before a step."""
        return weights

    def params(self, task: Task, params: Params, step: Int[Array, ""], drawn: PyTree) -> Params:
        """The parameters before a step."""
        return params

    def couplings(
        self, couplings: Couplings, drawn: PyTree, ids: Int[Array, " place"]
    ) -> Couplings:
        """The couplings of a batch as the rule is told them."""
        return couplings
