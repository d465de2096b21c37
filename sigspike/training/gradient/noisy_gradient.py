"""Clipped and noisy gradients: differentially private gradient descent."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import NONNEGATIVE, POSITIVE, Refusal
from sigspike.foundation.fields import number
from sigspike.training.gradient.gradient import Gradient, Weights
from sigspike.training.inputs import Inputs
from sigspike.training.spaces import Params
from sigspike.training.task import Task


class NoisyGradient(Gradient):
    """g = (1/|I_t|) Σ_{i ∈ I_t} ω_i ∇ℓ_i min(1, C / ‖ω_i ∇ℓ_i‖) + b, b ~ N(0, ``std``² I) afresh at
    every step, C = ``clip``: differentially private gradient descent (arXiv 2511.22270).

    Noise and norm are of all trained parameters, biases and layers above the first among them. None
    for ``clip`` is C = ∞. What the noise leaves in w is apart from what is learnt: γ and ρ are
    those of the gradients alone. Ascent and a look ahead of weights go along gradients without
    both. In coefficient space the noise is exact in law, at a cost free of d: beyond the span of
    the run's vectors training does not see it, and a look draws it there as a Wishart increment.
    """

    noisy: ClassVar[bool] = True

    std: float | Float[Array, ""] = number(NONNEGATIVE, "standard deviation of the gradient noise")
    clip: float | Float[Array, ""] | None = number(
        POSITIVE, "largest gradient norm of an example C", default=None, optional=True
    )

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        return key

    def check_with(self, inputs: Inputs) -> None:
        if self.clip is not None and type(inputs).alone is Inputs.alone:
            kind = type(inputs).__name__
            raise Refusal(
                f"`clip` needs inputs whose examples can stand `alone`, got {kind}; take clip=None"
            )

    def counted(self, weights: Weights, norms: Callable[[], Float[Array, " place"]]) -> Weights:
        if self.clip is None:
            return weights
        length = jnp.abs(weights) * norms()
        long = length > self.clip
        return weights * jnp.where(long, self.clip / jnp.where(long, length, 1), 1)

    def disturbed(self, task: Task, gradient: Params, drawn: Any) -> Params:
        key_first, key_upper = jax.random.split(drawn)
        upper = task.network.upper_noise(key_upper, gradient.upper)
        return task.space.disturbed(gradient, self.std, key_first, upper)
