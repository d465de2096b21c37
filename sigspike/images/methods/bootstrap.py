"""Bootstrap: the target is the label mixed with what the network itself predicts."""

import jax
from jax import lax
from jaxtyping import Array, Float, PyTree

from sigspike.foundation.check import Range
from sigspike.foundation.fields import number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Logits, Losses, Method, cross_entropy

SHARE = Range(low=0, high=1)


class SoftBootstrap(Method):
    """ℓ = −Σ_k (β y_k + (1 − β) p_k) log p_k (Reed et al. 2014, arXiv 1412.6596).

    The p_k of the target is differentiated too, as there: the second term is the entropy of p,
    which is minimised.
    """

    beta: float | Float[Array, ""] = number(SHARE, "share β of the label", default=0.95)

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        log_p = jax.nn.log_softmax(logits)
        entropy = -(jax.nn.softmax(logits) * log_p).sum(1)
        return self.beta * cross_entropy(logits, batch.labels) + (1 - self.beta) * entropy, carried


class HardBootstrap(Method):
    """ℓ = −Σ_k (β y_k + (1 − β) z_k) log p_k, z the indicator of argmax p (Reed et al. 2014)."""

    beta: float | Float[Array, ""] = number(SHARE, "share β of the label", default=0.8)

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        predicted = lax.stop_gradient(logits).argmax(1)
        own = cross_entropy(logits, predicted)
        return self.beta * cross_entropy(logits, batch.labels) + (1 - self.beta) * own, carried
