"""IMAE: the mean absolute error's preference for uncertain examples, made more pronounced."""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, PyTree

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Logits, Losses, Method, cross_entropy, of_label


class ImprovedMAE(Method):
    """∂ℓ/∂z = exp(T p_ỹ(1 − p_ỹ)) (p − y)/‖p − y‖₁ at the logits z: the magnitude, in the norm
    Σ|·|, that an example has (Wang et al. 2019, arXiv 1903.12141; for the mean absolute error it is
    4 p_ỹ(1 − p_ỹ)).

    The paper gives weights of examples by their gradients, not a loss; that the direction is the
    common one of cross entropy and the mean absolute error is our reading. As a value −log p_ỹ is
    reported.
    """

    temperature: float | Float[Array, ""] = number(NONNEGATIVE, "temperature T", default=8.0)

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        fixed = lax.stop_gradient(logits)
        p = jax.nn.softmax(fixed)
        away = p - jax.nn.one_hot(batch.labels, logits.shape[1], dtype=p.dtype)
        length = jnp.abs(away).sum(1)
        own = of_label(p, batch.labels)
        slope = jnp.exp(self.temperature * own * (1 - own)) / jnp.maximum(
            length, jnp.finfo(p.dtype).tiny
        )
        value = cross_entropy(fixed, batch.labels)
        return value + slope * (away * (logits - fixed)).sum(1), carried
