"""The kernel regime: a network replaced by its linearisation at the start."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.examples import Atoms, Examples
from sigspike.networks.network import Network


class Tangent(eqx.Module):
    """f(θ₀) + ⟨∇f(θ₀), θ − θ₀⟩, whose gradient flow is that of the empirical NTK ⟨∇f_i(θ₀), ∇f_k(θ₀)⟩.

    f sees the first layer through its ``overlaps`` ⟨w, a⟩ alone, which are linear in w: the linearisation in them is
    the linearisation in w, in any space.
    """

    network: Network
    upper: Any
    overlaps: Atoms

    def logits(self, upper: Any, overlaps: Atoms, examples: Examples) -> Float[Array, " sample"]:
        """The linearised f of every sample."""
        start, end = (self.upper, self.overlaps), (upper, overlaps)
        way = jax.tree.map(jnp.subtract, end, start)
        value, change = jax.jvp(lambda upper, z: self.network.logits(upper, z, examples), start, way)
        return value + change
