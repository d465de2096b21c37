"""What a step is told of the labels, your own way; batches, weights and optimisers go likewise.

    sigspike run --with docs/your_own/labels.py algorithm:gradient-descent \
        --algorithm.learning-rate 0.3 algorithm.labels:dropped --algorithm.labels.rate 0.3
"""

import jax
import jax.numpy as jnp

import sigspike as ss
from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number


class Dropped(ss.Labels):
    """Each sample is left out of a step with probability ``rate``; the others count for more."""

    rate: float = number(BELOW_ONE, "share that is left out", default=0.5)

    def draw(self, key, n_samples):
        return jax.random.uniform(key, (n_samples,))

    def losses(self, loss, logits, label, drawn):
        return jnp.where(drawn < self.rate, 0.0, loss.of(logits, label) / (1 - self.rate))
