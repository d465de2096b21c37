"""The three-layer CNN of Huang et al. 2025 (arXiv 2510.17526), appendix E.1."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number, part
from sigspike.models.activations import Activation, ReLUPower
from sigspike.models.networks.activated import ActivatedNetwork
from sigspike.models.networks.patchwise import silent


class ThreeLayerCNN(ActivatedNetwork):
    """z^(p) = σ(Wᵀ x^(p)), F_j = (1/m) Σ_r Σ_p σ(⟨v_{j,r}, z^(p)⟩), f = F₊₁ − F₋₁; W and both V_j
    are trained; of K ≥ 3 classes, V_1, …, V_K.

    W has ``width`` filters, shared by the classes, and each V_j is width × width with entries N(0,
    ``upper_gain``² / m); the last layer is fixed. σ = ``activation``, the ReLU where nothing else
    is said. The paper gives no scale for V; the default gain is He's, √2.
    """

    n_signs: ClassVar[int] = 1
    pads: ClassVar[bool] = True

    activation: Activation = part(Activation, lambda: ReLUPower(1))
    upper_gain: float | Float[Array, ""] = number(
        NONNEGATIVE, "gain of the second layer's initial weights", default=2**0.5
    )

    def upper(self, key: Key[Array, ""]) -> Any:
        return self.upper_gain / self.neurons**0.5 * self.upper_noise(key, ())

    def upper_noise(self, key: Key[Array, ""], upper: Any) -> Any:
        rows = jax.vmap(
            lambda row: jax.random.normal(
                jax.random.fold_in(key, row), (self.width, self.n_classes)
            )
        )
        square = rows(jnp.arange(self.width)).transpose(2, 0, 1)
        exists = self.exists[:, None] & self.exists[None]
        return jnp.where(exists[None], square, 0)

    @silent
    def hidden(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        first = self.fire(overlaps)[0]
        return self.fire(jnp.einsum("jrk,k...->jr...", upper, first))
