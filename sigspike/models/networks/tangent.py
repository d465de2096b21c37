"""The kernel regime: a network replaced by its linearisation at the start."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.examples import Atoms, Examples
from sigspike.models.networks.network import Network


class Tangent(eqx.Module):
    """f(θ₀) + ⟨∇f(θ₀), θ − θ₀⟩, whose gradient flow is that of the empirical NTK ⟨∇f_i(θ₀),
    ∇f_k(θ₀)⟩.

    f sees the first layer through the pre-activations ⟨w, x⟩ of its ``patches`` alone, which are
    linear in w: the linearisation in them is the linearisation in w, in any space.
    """

    network: Network
    upper: Any
    patches: Atoms

    def logits(
        self, upper: Any, patches: Atoms, examples: Examples
    ) -> Float[Array, "sample *class_"]:
        """The linearised f of every sample."""
        return self._linearised(self.network.logits, upper, patches, examples)

    def features(
        self, upper: Any, patches: Atoms, examples: Examples
    ) -> Float[Array, "sample feature"]:
        """The linearised h of every sample, of which the linearised f is a sum."""
        return self._linearised(self.network.features, upper, patches, examples)

    def _linearised(
        self, of: Callable[..., Array], upper: Any, patches: Atoms, examples: Examples
    ) -> Array:
        start, end = (self.upper, self.patches), (upper, patches)
        way = jax.tree.map(jnp.subtract, end, start)
        value, change = jax.jvp(lambda upper, z: of(upper, z, examples), start, way)
        return value + change
