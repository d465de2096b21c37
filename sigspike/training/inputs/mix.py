"""Convex combinations of the samples of a batch."""

from dataclasses import replace
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.models.examples import Atoms, Examples


class Mix(NamedTuple):
    """x̃_i = λ_i x_i + (1 − λ_i) x_{π(i)}, patch by patch, over the places of a batch.

    Overlaps are linear in the patches: ⟨w, x̃⟩ mixes as x̃ does, in every space.
    """

    share: Float[Array, " place"]
    partner: Int[Array, " place"]

    def __call__(self, patches: Atoms, examples: Examples) -> tuple[Atoms, Examples]:
        """The pre-activations and the samples x̃, all of whose patches are their own: those that
        were shared come first.
        """
        placed = examples.placed(patches)
        share = self.share[None, None, :, None]
        mixed = share * placed + (1 - share) * placed[:, :, self.partner]
        n_samples, n_patches = placed.shape[2:]
        own = replace(
            examples,
            signal=examples.signal[:0],
            polarity=examples.polarity[:0],
            membership=jnp.zeros((n_samples, 0, 0)),
            noise=jnp.zeros((n_samples, n_patches, examples.noise.shape[2])),  # counted, never read
            mixed=None,
        )
        return Atoms(patches.signal[:, :, :0], mixed), own
