"""What algorithms share that see a batch of samples at a step."""

from math import ceil
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from sigspike.algorithms.algorithm import Algorithm
from sigspike.fields import choice


class MiniBatch(Algorithm):
    """Descends (1/|I_t|) Σ_{i ∈ I_t} ℓ(ỹ_i f_i), with I_t a batch of B = ``batch_size`` samples (None: all of them).

    * ``shuffle="epoch"``, as ``torch.utils.data.DataLoader(shuffle=True)``: every ⌈n/B⌉ steps are an epoch, which
      cuts a fresh permutation of the samples into batches. The last batch of an epoch holds the n mod B samples that
      are left, if any, and its loss is the mean over those; from B = n on a batch is all samples.
    * ``shuffle="step"``: I_t is B different samples, drawn afresh at every step.

    A step draws weights |I_t|⁻¹ n 1(i ∈ I_t), so that the mean over all samples is the mean over the batch. It costs as
    much as a step on all samples: the overlaps of all of them are known anyway.
    """

    batch_size: eqx.AbstractVar[int | None]  # type: ignore[misc]

    shuffle: str = choice("epoch", "step", default="epoch", kw_only=True)

    def draw_at(self, key: Key[Array, ""], step: Int[Array, ""], n_samples: int) -> Float[Array, " sample"]:
        size = min(self.batch_size or n_samples, n_samples)
        n_batches = ceil(n_samples / size) if self.shuffle == "epoch" else 1
        epoch, batch = step // n_batches, step % n_batches
        place = jax.random.permutation(jax.random.fold_in(key, epoch), n_samples)
        chosen = place // size == batch
        return jnp.where(chosen, n_samples / jnp.sum(chosen), 0.0)

    def losses(self, margin: Float[Array, " sample"], drawn: Any) -> Float[Array, " sample"]:
        return drawn * self.pointwise(margin)
