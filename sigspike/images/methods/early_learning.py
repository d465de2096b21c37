"""Early-learning regularization: stay with what was predicted before wrong labels are memorised."""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Key, PyTree

from sigspike.foundation.check import BELOW_ONE, NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Facts, Logits, Losses, Method, cross_entropy
from sigspike.images.methods.state import Model

LEAST = 1e-4  # p is kept from 0 and 1, as in the authors' code


class EarlyLearning(Method):
    """ELR: ℓ = −log p_ỹ + λ log(1 − ⟨t, p⟩), with t ← β t + (1 − β) p an average of each image's
    own predictions, from t = 0 (Liu et al. 2020, arXiv 2007.00151).

    t is moved before it is used and not differentiated; p is cut to [10⁻⁴, 1 − 10⁻⁴], and for t
    scaled to Σ p = 1. Theirs: β 0.7, λ 3 (CIFAR-10, symmetric noise), β 0.9, λ 1 (asymmetric), β
    0.9, λ 7 (CIFAR-100).
    """

    strength: float | Float[Array, ""] = number(NONNEGATIVE, "strength λ", default=3.0)
    decay: float | Float[Array, ""] = number(BELOW_ONE, "decay β of the targets", default=0.7)

    def carried(
        self, facts: Facts, models: tuple[Model, ...], key: Key[Array, ""]
    ) -> Float[Array, "image class"]:
        """t of every training image."""
        return jnp.zeros((len(facts.labels), facts.n_classes))

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        p = jnp.clip(jax.nn.softmax(logits), LEAST, 1 - LEAST)
        new = lax.stop_gradient(p / p.sum(1, keepdims=True))
        targets = self.decay * carried[batch.ids] + (1 - self.decay) * new
        pull = jnp.log(1 - (targets * p).sum(1))
        return cross_entropy(logits, batch.labels) + self.strength * pull, batch.written(
            carried, targets
        )
