"""A batch drawn afresh at every step."""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Int, Key

from sigspike.foundation.fields import count
from sigspike.training.batches.batches import Batch, Batches


class Drawn(Batches):
    """I_t is B = ``batch_size`` different samples, every such set as likely, drawn afresh at every
    step.
    """

    batch_size: int = count("samples a batch B")

    @property
    def size(self) -> int:
        return self.batch_size

    def draw(self, key: Key[Array, ""], steps: Int[Array, " step"], n_samples: int) -> Batch:
        keys = jax.vmap(lambda step: jax.random.fold_in(key, step))(steps)
        ids = jax.vmap(lambda own: different(own, self.batch_size, n_samples))(keys)
        return Batch(ids, jnp.full(ids.shape, 1 / self.batch_size))


def different(key: Key[Array, ""], size: int, n_samples: int) -> Int[Array, " place"]:
    """``size`` different numbers below ``n_samples``, at a cost that does not know n (R. W. Floyd's
    algorithm, in Bentley & Floyd 1987).

    For j = n − B, …, n − 1 a number t is drawn from 0, …, j; where t is taken already, j, which
    cannot be, is taken in its stead.
    """
    least = n_samples - size
    drawn = jax.random.randint(key, (size,), 0, jnp.arange(least, n_samples) + 1)

    def take(k: Int[Array, ""], taken: Int[Array, " place"]) -> Int[Array, " place"]:
        again = jnp.any(taken == drawn[k])
        return taken.at[k].set(jnp.where(again, least + k, drawn[k]))

    return lax.fori_loop(0, size, take, jnp.full(size, -1, drawn.dtype))
