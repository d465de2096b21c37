"""The noise that gradients leave in the first layer."""

import equinox as eqx
from jaxtyping import Array, Float


class Diffusion(eqx.Module):
    """B, what the noise of the gradients left in the filters, or in a moment of theirs.

    ``vectors`` are its coordinates in the frame. Beyond the frame B is ``vectors`` in the spare
    coordinates plus Σ_k ``pending``_k E_k, with E_k a vector of independent N(0, 1) numbers for
    each filter, the same for all moments, which has not been drawn (None where the frame is R^d).
    Every filter's noise has one dynamics, so that the numbers of one stand for all.
    """

    vectors: Float[Array, "sign neuron coordinate"]
    pending: Float[Array, " source"] | None

    def pushed(
        self, push: Float[Array, "sign neuron coordinate"], std: float | Float[Array, ""]
    ) -> "Diffusion":
        """With noise added: these coordinates in the frame, and ``std`` · new numbers beyond."""
        pending = None if self.pending is None else self.pending.at[-1].add(std)
        return Diffusion(self.vectors + push, pending)
