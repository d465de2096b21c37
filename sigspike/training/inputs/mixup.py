"""Mixup: convex combinations of pairs of samples."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from sigspike.foundation.check import POSITIVE
from sigspike.foundation.fields import number, switch
from sigspike.training.inputs.inputs import Inputs, Logits, Losses, Places
from sigspike.training.inputs.mix import Mix


class Mixup(Inputs):
    """x̃_i = λ x_i + (1 − λ) x_{π(i)}, patch by patch, and ℓ_i = λ ℓ(ỹ_i f(x̃_i)) +
    (1 − λ) ℓ(ỹ_{π(i)} f(x̃_i)) (Zhang et al. 2018, arXiv 1710.09412).

    At every step λ ~ Beta(α, α), α = ``alpha``, and π is a permutation of the batch, each as
    likely; with ``per_sample`` every sample has a λ of its own. Exact in coefficient space, since
    overlaps are linear in the patches.
    """

    alpha: float | Float[Array, ""] = number(POSITIVE, "α of Beta(α, α)", default=1.0)
    per_sample: bool = switch(False)

    def draw(self, key: Key[Array, ""], size: int) -> Any:
        key_share, key_order = jax.random.split(key)
        shape = (size,) if self.per_sample else (1,)
        share = jax.random.beta(key_share, self.alpha, self.alpha, shape)
        return jnp.broadcast_to(share, (size,)), jax.random.uniform(key_order, (size,))

    def alone(self, share: Losses, drawn: Any) -> tuple[Int[Array, "place companion"], Any]:
        own, order = drawn
        pairs = jnp.stack([jnp.arange(share.shape[0]), partners(share, order)], axis=1)
        swap = jnp.array([1.0, 0.0])
        return pairs, (jnp.stack([own, own], axis=1), jnp.broadcast_to(swap[None], pairs.shape))

    def losses(
        self,
        logits: Callable[[Mix | None], Logits],
        told: Callable[[Logits, Places | None], Losses],
        share: Losses,
        drawn: Any,
    ) -> Losses:
        own, order = drawn
        partner = partners(share, order)
        mixed = logits(Mix(own, partner))
        return own * told(mixed, None) + (1 - own) * told(mixed, partner)


def partners(share: Losses, order: Losses) -> Places:
    """π: places that samples fill come first, here and in the batch, and pair among themselves."""
    return jnp.argsort(jnp.where(share > 0, order, 2))
