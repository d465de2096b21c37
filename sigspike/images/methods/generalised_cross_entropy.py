"""Generalised cross entropy, between cross entropy and the mean absolute error.

It is plain, or pruned of what fits badly.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key, PyTree

from sigspike.foundation.check import Range
from sigspike.foundation.fields import count, number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Facts, Logits, Look, Losses, Method, of_label
from sigspike.images.methods.state import Model, State

SHARE = Range(low=0, high=1, open_low=True)


class GeneralisedCrossEntropy(Method):
    """ℓ_q = (1 − p_ỹ^q)/q (Zhang & Sabuncu 2018, arXiv 1805.07836): −log p_ỹ for q → 0, 1 − p_ỹ for
    q = 1.

    With ``prune_from`` > 0 it is truncated as theirs: at the beginning of that epoch, counted from
    1, and of every ``prune_every``-th after it, all training images are looked at, and until the
    next look those with p_ỹ ≤ k have the constant loss ℓ_q(k): they are pruned. The paper prunes
    from epoch 40 (CIFAR-10) or 80 (CIFAR-100).
    """

    q: float | Float[Array, ""] = number(SHARE, "exponent q", default=0.7)
    prune_from: int = count("first epoch with pruning (0: none)", low=0, default=0)
    prune_every: int = count("epochs between two prunings", default=10)
    k: float | Float[Array, ""] = number(SHARE, "threshold k of p", default=0.5)

    def carried(
        self, facts: Facts, models: tuple[Model, ...], key: Key[Array, ""]
    ) -> Float[Array, " image"]:
        """1 for every image that is trained on, 0 for one that is pruned."""
        return jnp.ones(len(facts.labels))

    def before_epoch(self, state: State, epoch: int, look: Look) -> State:
        since = epoch + 1 - self.prune_from
        if not self.prune_from or since < 0 or since % self.prune_every:
            return state
        p = jnp.exp(of_label(jax.nn.log_softmax(look.outputs(state.models[0]).logits), look.labels))
        return state._replace(carried=(p > self.k).astype(state.carried.dtype))

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        kept = carried[batch.ids]
        log_p = of_label(jax.nn.log_softmax(logits), batch.labels)
        return kept * self._of(log_p) + (1 - kept) * self._of(jnp.log(self.k)), carried

    def _of(self, log_p: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return -jnp.expm1(self.q * log_p) / self.q
