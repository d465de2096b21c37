"""The two-layer patch CNN."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.fields import choice
from sigspike.models.networks.activated import ActivatedNetwork
from sigspike.models.networks.patchwise import silent


class PatchCNN(ActivatedNetwork):
    """f = F₊₁ − F₋₁ with F_j(x) = (1/m) Σ_r Σ_p σ(⟨w_{j,r}, x^(p)⟩), second layer fixed; of K ≥ 3
    classes the logits are F_1, …, F_K.

    ``second_layer="trained"``: F_j(x) = (1/m) Σ_r a_{j,r} Σ_p σ(⟨w_{j,r}, x^(p)⟩), a = 1 at the
    start and trained as the filters are.

    m = ``width`` filters a class, σ = ``activation``, max(0, z)² where nothing else is said. Huang
    et al. 2025 (arXiv 2510.17526) have that; Kou et al. 2023 (arXiv 2303.04145) the ReLU, with
    which the latter's code has ``filters="sum"``, ``patches="mean"``, ``bias=True``,
    ``init="uniform"`` and ``init_std`` = 1/√(3d), which is U(−1/√d, 1/√d).
    """

    n_signs: ClassVar[int] = 2
    pads: ClassVar[bool] = True

    filters: str = choice("mean", "sum", default="mean")

    second_layer: str = choice("fixed", "trained", default="fixed", kw_only=True)

    @property
    def measures(self) -> tuple[str, ...]:
        return ("second_layer",) if self.second_layer == "trained" else ()

    def upper(self, key: Key[Array, ""]) -> Any:
        if self.second_layer == "fixed":
            return ()
        return jnp.broadcast_to(jnp.where(self.exists, 1.0, 0.0), (self.n_banks, self.width))

    def upper_noise(self, key: Key[Array, ""], upper: Any) -> Any:
        if self.second_layer == "fixed":
            return ()
        # By neuron, so that room for more changes no draw
        own = lambda row: jax.random.normal(jax.random.fold_in(key, row), (self.n_banks,))  # noqa: E731
        return jnp.where(self.exists[None], jax.vmap(own)(jnp.arange(self.width)).T, 0)

    @silent
    def hidden(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        answers = self.fire(overlaps)
        if self.second_layer == "fixed":
            return answers
        return jnp.einsum("jr...,jr->jr...", answers, upper)

    def answer(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "*atom_class"]:
        mean = super().answer(upper, overlaps)
        return mean * self.neurons if self.filters == "sum" else mean
