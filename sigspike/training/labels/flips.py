"""Labels flipped afresh at every step."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number
from sigspike.models import labels
from sigspike.models.losses import Loss
from sigspike.training.labels.labels import Label, Labels, Logits


class Flips(Labels):
    """ℓ(ε_i^t ỹ_i f_i) with ε_i^t = −1 with probability p = ``flip_rate``, else +1, i.i.d. over
    samples and steps. Of K ≥ 3 classes, any other class than ỹ_i, each as likely, with
    probability p.

    Label-noise gradient descent: Huang et al. 2025 (arXiv 2510.17526), section 2.
    """

    flip_rate: float | Float[Array, ""] = number(BELOW_ONE, "flip rate p", default=0.1)

    def draw(self, key: Key[Array, ""], n_samples: int) -> Float[Array, " sample"]:
        return jax.random.uniform(key, (n_samples,))

    def losses(self, loss: Loss, logits: Logits, label: Label, drawn: Label) -> Label:
        if logits.ndim == 1:
            return loss(jnp.where(drawn < self.flip_rate, -1.0, 1.0) * (label * logits))
        return loss.of(logits, labels.other(label, drawn, self.flip_rate, logits.shape[1]))
