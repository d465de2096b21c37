"""Epochs of batches without replacement."""

from math import ceil

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, Key

from sigspike.foundation.fields import count
from sigspike.training.batches.batches import Batch, Batches


class Shuffled(Batches):
    """Every ⌈n/B⌉ steps are an epoch, which cuts a fresh permutation of the samples into batches of
    B = ``batch_size``.

    The last batch of an epoch holds the n mod B samples that are left, if any, and its mean is over
    those. As ``torch.utils.data.DataLoader(shuffle=True)``.
    """

    batch_size: int = count("samples a batch B")

    @property
    def size(self) -> int:
        return self.batch_size

    def draw(self, key: Key[Array, ""], steps: Int[Array, " step"], n_samples: int) -> Batch:
        size = self.batch_size
        n_batches = ceil(n_samples / size)
        first = steps[0] // n_batches
        # As many epochs as that many steps can touch, wherever in one the first of them lies
        epochs = first + jnp.arange(
            (len(steps) + n_batches - 2) // n_batches + 1, dtype=steps.dtype
        )
        keys = jax.vmap(lambda epoch: jax.random.fold_in(key, epoch))(epochs)
        orders = jax.vmap(lambda own: jax.random.permutation(own, n_samples))(keys)
        places = (steps % n_batches)[:, None] * size + jnp.arange(size)[None]
        real = places < n_samples
        ids = orders[(steps // n_batches - first)[:, None], jnp.where(real, places, 0)]
        # A place that no sample fills bears the number n: what is written there is dropped.
        return Batch(
            jnp.where(real, ids, n_samples), jnp.where(real, 1 / real.sum(1, keepdims=True), 0.0)
        )
