"""Symmetric cross entropy: cross entropy, and the same with prediction and label exchanged."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from sigspike.foundation.check import NONNEGATIVE, Range
from sigspike.foundation.fields import number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Logits, Losses, Method, cross_entropy, of_label


class SymmetricCrossEntropy(Method):
    """ℓ = −α log p_ỹ − β Σ_k p_k log y_k, with log 1 = 0 and the label's zeros taken as ``floor``
    (Wang et al. 2019, arXiv 1908.06112): the second term is −β log(floor) (1 − p_ỹ).

    Theirs: α = 0.1, β = 1 for CIFAR-10, α = 6, β = 0.1 for CIFAR-100, and a floor of 10⁻⁴ in their
    code.
    """

    alpha: float | Float[Array, ""] = number(NONNEGATIVE, "weight α of cross entropy", default=0.1)
    beta: float | Float[Array, ""] = number(NONNEGATIVE, "weight β of the reverse", default=1.0)
    floor: float | Float[Array, ""] = number(
        Range(low=0, high=1, open_low=True), "what stands for the label's zeros", default=1e-4
    )

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        reverse = -jnp.log(self.floor) * (1 - of_label(jax.nn.softmax(logits), batch.labels))
        return self.alpha * cross_entropy(logits, batch.labels) + self.beta * reverse, carried
