"""Label smoothing: a share of every target is spread over all classes."""

import jax
from jaxtyping import Array, Float, PyTree

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Logits, Losses, Method, of_label


class LabelSmoothing(Method):
    """ℓ = −(1 − α) log p_ỹ − (α/C) Σ_k log p_k (Szegedy et al. 2016, arXiv 1512.00567, section 7;
    as ``torch.nn.CrossEntropyLoss(label_smoothing=α)``).
    """

    alpha: float | Float[Array, ""] = number(BELOW_ONE, "share α that is spread", default=0.1)

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        log_p = jax.nn.log_softmax(logits)
        return -(1 - self.alpha) * of_label(log_p, batch.labels) - self.alpha * log_p.mean(
            1
        ), carried
