"""Disturbances of a reweighted run: what a study of its phases kicks, and when."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from sigspike.algorithms.algorithm import Task
from sigspike.check import NONNEGATIVE, Range
from sigspike.fields import Checked, number
from sigspike.spaces import Params

Couplings = Float[Array, " sample"]
Weights = Float[Array, " sample"]


class Disturbance(Checked):
    """What is done to a run from outside; by itself, nothing."""

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        """The randomness of one step."""
        return ()

    def weights(self, weights: Weights, flipped: Bool[Array, " sample"], step: Int[Array, ""]) -> Weights:
        """The weights before a step."""
        return weights

    def params(self, task: Task, params: Params, step: Int[Array, ""], drawn: Any) -> Params:
        """The parameters before a step."""
        return params

    def couplings(self, couplings: Couplings, drawn: Any) -> Couplings:
        """The couplings as the rule is told them."""
        return couplings


class Calm(Disturbance):
    """No disturbance."""


class WeightKick(Disturbance):
    """Before the step ``when``, w_i ← min(1, w_i + ``size``) for the examples with flipped labels."""

    when: float | Float[Array, ""] = number(NONNEGATIVE, "step of the kick")
    size: float | Float[Array, ""] = number(Range(low=0, high=1), "weight added to noisy examples", default=0.5)

    def weights(self, weights: Weights, flipped: Bool[Array, " sample"], step: Int[Array, ""]) -> Weights:
        return jnp.where((step == self.when) & flipped, jnp.minimum(weights + self.size, 1), weights)


class ParameterKick(Disturbance):
    """Before the step ``when``, θ ← θ + ``size`` · d/‖d‖ with d = Σ_i ε_i ∇f̃_i, f̃_i = ỹ_i f_i and ε_i ~ N(0, 1).

    d is a random direction among those that training can reach, the same vector in every space.
    """

    when: float | Float[Array, ""] = number(NONNEGATIVE, "step of the kick")
    size: float | Float[Array, ""] = number(NONNEGATIVE, "length of the kick", default=1.0)

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        return jax.random.normal(key, (n_samples,))

    def params(self, task: Task, params: Params, step: Int[Array, ""], drawn: Any) -> Params:
        direction = task.space.linearised(task.margins, params).backward(drawn)
        square = task.space.inner(direction, direction)
        length = jnp.where(step == self.when, self.size / jnp.sqrt(jnp.where(square > 0, square, 1)), 0)
        return task.space.move(params, length, direction)


class Jitter(Disturbance):
    """c_i ← c_i + ``std`` ε_i with ε_i ~ N(0, 1) drawn afresh at every step: what a mini-batch would add."""

    std: float | Float[Array, ""] = number(NONNEGATIVE, "standard deviation added to the couplings")

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        return jax.random.normal(key, (n_samples,))

    def couplings(self, couplings: Couplings, drawn: Any) -> Couplings:
        return couplings + self.std * drawn
