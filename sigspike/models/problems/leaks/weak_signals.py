"""Weak multiples of signals in two of the noise patches."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.models.problems.leaks.leak import Held, Leak, Mixed


class WeakSignals(Leak):
    """x^(1) = ξ_1 + ρ a and x^(2) = ξ_2 + ρ' b, with the signal a of the sample, ρ = ``own``, and
    the signal b of another class, ρ' = ``other``; further noise patches are noise alone, and a
    single one holds ρ a.

    Weakly relevant tokens (Sakamoto & Sato 2025, arXiv 2409.17625), there with ρ = ρ' = 0.1.
    """

    own: float | Float[Array, ""] = number(NONNEGATIVE, "multiple ρ of its own signal", default=0.1)
    other: float | Float[Array, ""] = number(
        NONNEGATIVE, "multiple ρ' of another class's signal", default=0.1
    )

    def mixed(self, own: Held, other: Held, n_patches: int) -> Mixed:
        nothing = jnp.zeros((len(own), max(n_patches - 2, 0), own.shape[1]))
        weak = jnp.stack([self.own * own, self.other * other], axis=1)
        return jnp.concatenate([weak[:, :n_patches], nothing], axis=1)
