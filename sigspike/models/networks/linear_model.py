"""The linear model, whose kernel is the Gram matrix of its inputs."""

from typing import Any, ClassVar

from jaxtyping import Array, Float, Key

from sigspike.foundation.fields import count
from sigspike.models.networks.patchwise import PatchwiseNetwork


class LinearModel(PatchwiseNetwork):
    """f(x) = (1/m) Σ_r Σ_p ⟨w_r, x^(p)⟩: a kernel machine with K(x, x') = (1/m) ⟨Σ_p x^(p), Σ_p
    x'^(p)⟩. Of K ≥ 3 classes each has filters of its own.

    With one filter (m = ``width`` = 1) and a ``KernelData`` problem, K is the user's kernel.
    """

    n_signs: ClassVar[int] = 1
    pads: ClassVar[bool] = True

    width: int = count("filters m", default=1)

    @property
    def n_banks(self) -> int:
        return 1 if self.n_classes == 2 else self.n_classes

    def upper(self, key: Key[Array, ""]) -> Any:
        return ()

    def hidden(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        return overlaps
