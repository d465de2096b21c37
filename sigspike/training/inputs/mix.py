"""Convex combinations of the samples of a batch."""

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

    def __call__(self, overlaps: Atoms, examples: Examples) -> tuple[Atoms, Examples]:
        """The overlaps and samples x̃, all of whose patches are their own: the one of signal, where
        there is one, comes first.
        """
        noise = overlaps.noise
        patches = examples.noise
        if len(examples.signal):
            signal = jnp.einsum("jra,ia->jri", overlaps.signal, examples.membership)
            noise = jnp.concatenate([signal[..., None], noise], axis=-1)
            patches = jnp.concatenate([jnp.zeros_like(patches[:, :1]), patches], axis=1)
        share = self.share[None, None, :, None]
        mixed = share * noise + (1 - share) * noise[:, :, self.partner]
        own = Examples(
            signal=examples.signal[:0],
            polarity=examples.polarity[:0],
            membership=examples.membership[:, :0],
            noise=patches,  # of which a network asks the number alone
            label=examples.label,
            truth=examples.truth,
            orthogonal=examples.orthogonal,
        )
        return Atoms(overlaps.signal[:, :, :0], mixed), own
