"""The gradient itself."""

from collections.abc import Callable
from typing import Any

from jaxtyping import Array, Float

from sigspike.training.gradient.gradient import Gradient, Weights
from sigspike.training.spaces import Params
from sigspike.training.task import Task


class Exact(Gradient):
    """g = (1/|I_t|) Σ_{i ∈ I_t} ω_i ∇ℓ_i."""

    def counted(self, weights: Weights, norms: Callable[[], Float[Array, " place"]]) -> Weights:
        return weights

    def disturbed(self, task: Task, gradient: Params, drawn: Any) -> Params:
        return gradient
