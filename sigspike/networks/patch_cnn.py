"""The two-layer patch CNN of papers A, B and K."""

from typing import Any, ClassVar

from jaxtyping import Array, Float, Key

from sigspike.activations import relu_power
from sigspike.fields import choice
from sigspike.networks.network import Network, silent


class PatchCNN(Network):
    """f = F₊₁ − F₋₁ with F_j(x) = (1/m) Σ_r Σ_p σ(⟨w_{j,r}, x^(p)⟩), σ(z) = max(0, z)^q, second layer fixed.

    m = ``width`` filters a class, q = ``power`` ≥ 1 (static: each q is code of its own). A is q = 2, B is q = 1. K
    is q = 1 with ``filters="sum"``, ``patches="mean"``, ``bias=True``, ``init="uniform"`` and ``init_std`` =
    1/√(3d), which is U(−1/√d, 1/√d).
    """

    n_signs: ClassVar[int] = 2
    pads: ClassVar[bool] = True

    filters: str = choice("mean", "sum", default="mean")

    def upper(self, key: Key[Array, ""]) -> Any:
        return ()

    @silent
    def hidden(self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]) -> Float[Array, "side neuron *atom"]:
        return relu_power(overlaps, self.power)

    def answer(self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]) -> Float[Array, "*atom"]:
        mean = super().answer(upper, overlaps)
        return mean * self.neurons if self.filters == "sum" else mean
