"""Networks whose neurons have an activation."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from sigspike.foundation.fields import part
from sigspike.models.activations import Activation, ReLUPower
from sigspike.models.networks.patchwise import PatchwiseNetwork


class ActivatedNetwork(PatchwiseNetwork):
    """A network whose neurons answer σ(z) to their pre-activation z, with σ = ``activation``.

    A subclass writes its ``hidden`` with ``fire`` and marks it ``silent``: then it can be padded
    with every activation, also a user's.
    """

    activation: Activation = part(Activation, ReLUPower)

    def fire(self, z: Float[Array, "side neuron *atom"]) -> Float[Array, "side neuron *atom"]:
        """σ(z) of the neurons that exist, and 0 for the room beyond them, also to every derivative.

        Where σ is silent at 0 the room is silent by itself, for z is 0 there. Elsewhere the room
        is masked, and σ is told the z of the first neuron in its place: at 0 a user's σ may have
        no derivative, and 0 · ∞ is NaN.
        """
        if self.alive is None or self.activation.silent:
            return self.activation(z)
        exists = self.exists.reshape(1, -1, *[1] * (z.ndim - 2))
        borrowed = jnp.where(exists, z, lax.stop_gradient(z[:, :1]))
        return jnp.where(exists, self.activation(borrowed), 0)
