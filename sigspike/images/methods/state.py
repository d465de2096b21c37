"""What goes from step to step: weights, buffers, optimiser state, and what a method carries."""

from typing import Any, NamedTuple

import jax
import optax
from jaxtyping import Array, Float, Int, PyTree

from sigspike.images.networks import Buffers, ImageNetwork, Params


class Weights(NamedTuple):
    """All that is trained by the optimiser: the network's parameters, and further ones of a method
    (``extra``).
    """

    network: Params
    extra: PyTree = ()


class Model(NamedTuple):
    """One network in training: its weights θ, batch norm's buffers, and the state of the
    transformation T.
    """

    weights: Weights
    buffers: Buffers
    optimiser: Any


class State(NamedTuple):
    """One model or several, what the method carries, and the number of steps taken: arrays all, and
    all of it is written into a checkpoint.
    """

    models: tuple[Model, ...]
    carried: PyTree
    step: Int[Array, ""]


class Descent(NamedTuple):
    """θ ← θ − η_t T(∇): the network, the optimiser's transformation T (weight decay in it), and the
    rate η_t now.
    """

    network: ImageNetwork
    transform: optax.GradientTransformation
    rate: Float[Array, ""]

    def moved(self, model: Model, gradient: Weights, buffers: Buffers) -> Model:
        """The model after a step along ``gradient``, with the buffers of that pass."""
        change, optimiser = self.transform.update(gradient, model.optimiser, model.weights)
        rate = self.rate
        weights = jax.tree.map(
            lambda value, by: value - rate.astype(value.dtype) * by, model.weights, change
        )
        return Model(weights, buffers, optimiser)
