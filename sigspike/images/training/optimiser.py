"""Optimisers as PyTorch has them: stochastic gradient descent with momentum, and Adam."""

from abc import abstractmethod

import jax
import optax
from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE, NONNEGATIVE, POSITIVE
from sigspike.foundation.fields import Checked, number, switch
from sigspike.images.methods import Weights

Number = float | Float[Array, ""]


class Optimiser(Checked):
    """θ ← θ − η_t T(∇ + λ θ), λ = ``weight_decay`` added to the gradient before anything else, as
    in ``torch.optim``.

    The decay is of all weights, batch norm's and biases too, unless ``decay_all`` is off: then of
    kernels and matrices alone.
    """

    learning_rate: Number = number(POSITIVE, "learning rate η")
    weight_decay: Number = number(NONNEGATIVE, "weight decay λ", default=0.0)
    decay_all: bool = switch(True, kw_only=True)

    def transformation(self) -> optax.GradientTransformation:
        """T, without the learning rate."""
        mask = None if self.decay_all else _kernels
        return optax.chain(optax.add_decayed_weights(self.weight_decay, mask), self.direction())  # type: ignore[arg-type]

    @abstractmethod
    def direction(self) -> optax.GradientTransformation:
        """T of the gradient with its decay."""


class SGD(Optimiser):
    """T: b ← g + β b, and b (or g + β b where ``nesterov``), β = ``momentum``
    (``torch.optim.SGD``).
    """

    learning_rate: Number = number(POSITIVE, "learning rate η", default=0.1)
    weight_decay: Number = number(NONNEGATIVE, "weight decay λ", default=1e-4)
    momentum: Number = number(BELOW_ONE, "momentum β", default=0.9)
    nesterov: bool = switch(False)

    def direction(self) -> optax.GradientTransformation:
        return optax.trace(self.momentum, self.nesterov)  # type: ignore[arg-type]


class Adam(Optimiser):
    """T: m/(√v + ε) with the bias-corrected means m of g and v of g² (``torch.optim.Adam``)."""

    learning_rate: Number = number(POSITIVE, "learning rate η", default=1e-3)
    first_decay: Number = number(BELOW_ONE, "decay β₁ of the mean", default=0.9)
    second_decay: Number = number(BELOW_ONE, "decay β₂ of the mean square", default=0.999)
    eps: Number = number(POSITIVE, "ε", default=1e-8)

    def direction(self) -> optax.GradientTransformation:
        return optax.scale_by_adam(self.first_decay, self.second_decay, self.eps)  # type: ignore[arg-type]


def _kernels(weights: Weights) -> Weights:
    return jax.tree.map(lambda value: value.ndim > 1, weights)
