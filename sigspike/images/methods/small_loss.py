"""Small-loss selection: after a warm-up, train on the images whose loss is small."""

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key, PyTree

from sigspike.common.selection import gaussian_mixture, selected
from sigspike.foundation.check import Range
from sigspike.foundation.fields import choice, constant, count
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Facts, Logits, Look, Losses, Method, cross_entropy
from sigspike.images.methods.state import Model, State


class SmallLoss(Method):
    """ℓ = −log p_ỹ over the images kept, and nothing of the others; the mean is over those kept.

    At the beginning of every ``every``-th epoch after ``warm_up`` epochs with all of them, all
    images are looked at, and kept are those whose cross entropy lies below log C, that of guessing
    ("log_c"; Han et al. 2025 for C = 2, arXiv 2505.18909); those that belong to the lower of two
    Gaussians with P > ½ ("mixture", as in DivideMix); or the ``keep`` smallest share.
    """

    rule: str = choice("log_c", "mixture", "share", default="log_c")
    warm_up: int = count("epochs with all images", default=10)
    every: int = count("epochs between two selections", default=1)
    keep: float = constant(
        Range(low=0, high=1, open_low=True), "share kept by the rule 'share'", default=0.5
    )

    def carried(
        self, facts: Facts, models: tuple[Model, ...], key: Key[Array, ""]
    ) -> Float[Array, " image"]:
        """1 for every image kept, else 0."""
        return jnp.ones(len(facts.labels))

    def before_epoch(self, state: State, epoch: int, look: Look) -> State:
        if epoch < self.warm_up or (epoch - self.warm_up) % self.every:
            return state
        logits = look.outputs(state.models[0]).logits
        kept = self.kept(np.asarray(cross_entropy(logits, look.labels)), logits.shape[1])
        return state._replace(carried=jnp.asarray(kept, state.carried.dtype))

    def kept(self, loss: Float[np.ndarray, " image"], n_classes: int) -> np.ndarray:
        """Which images are kept, by their losses."""
        if self.rule == "log_c":
            return selected(loss, math.log(n_classes))
        if self.rule == "mixture":
            return np.asarray(gaussian_mixture(loss, larger=False)) > 0.5
        size = max(round(self.keep * len(loss)), 1)
        return np.isin(np.arange(len(loss)), np.argsort(loss, kind="stable")[:size])

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        kept = carried[batch.ids]
        share = batch.mean(kept)
        return kept * cross_entropy(logits, batch.labels) / jnp.where(share > 0, share, 1), carried
