"""The two-layer patch CNN."""

from typing import Any, ClassVar

from jaxtyping import Array, Float, Key

from sigspike.foundation.fields import choice
from sigspike.models.networks.activated import ActivatedNetwork
from sigspike.models.networks.network import silent


class PatchCNN(ActivatedNetwork):
    """f = F₊₁ − F₋₁ with F_j(x) = (1/m) Σ_r Σ_p σ(⟨w_{j,r}, x^(p)⟩), second layer fixed; of K ≥ 3
    classes the logits are F_1, …, F_K.

    m = ``width`` filters a class, σ = ``activation``, max(0, z)² where nothing else is said. Huang
    et al. 2025 (arXiv 2510.17526) have that; Kou et al. 2023 (arXiv 2303.04145) the ReLU, with
    which the latter's code has ``filters="sum"``, ``patches="mean"``, ``bias=True``,
    ``init="uniform"`` and ``init_std`` = 1/√(3d), which is U(−1/√d, 1/√d).
    """

    n_signs: ClassVar[int] = 2
    pads: ClassVar[bool] = True

    filters: str = choice("mean", "sum", default="mean")

    def upper(self, key: Key[Array, ""]) -> Any:
        return ()

    @silent
    def hidden(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        return self.fire(overlaps)

    def answer(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "*atom_class"]:
        mean = super().answer(upper, overlaps)
        return mean * self.neurons if self.filters == "sum" else mean
