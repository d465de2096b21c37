"""Labelled inputs whose every patch is an atom."""

from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

Rows = slice | Int[Array, " row"]  # which samples, by a range or by their numbers


class Atoms(NamedTuple):
    """One value for each atom: of the signal atoms, which samples share, and of the noise atoms,
    each in one sample.

    ``signal: (..., atom)``, ``noise: (..., sample, patch)``. Overlaps ⟨w, a⟩ and coefficients have
    this form.
    """

    signal: Any
    noise: Any


class Examples(eqx.Module):
    """Samples with one signal patch, an atom of a common list (none if that is empty), and noise
    patches of their own.

    For the signal–noise model the list is (−μ, +μ), for several signals it is every Σ_k ±μ_k, and
    for images it is the images themselves. ``polarity`` is the class that an atom speaks for: γ
    counts its coefficient with that sign. ``label`` is what training is told (ỹ), and ``truth`` the
    label that made the signal patch (y). ``orthogonal``: every noise patch is orthogonal to every
    signal patch. ``combined``: several signals share the patch, so that the weights do not tell the
    coefficients of the atoms apart, and γ is read off overlaps.
    """

    signal: Float[Array, "atom coordinate"]
    polarity: Float[Array, " atom"]
    membership: Float[Array, "sample atom"]
    noise: Float[Array, "sample patch coordinate"]
    label: Float[Array, " sample"]
    truth: Float[Array, " sample"]
    orthogonal: bool = eqx.field(static=True)
    combined: bool = eqx.field(static=True, default=False)

    @property
    def n_patches(self) -> int:
        """Patches of a sample: its noise patches, and one of signal where there are signal atoms at
        all.
        """
        return self.noise.shape[1] + (self.signal.shape[0] > 0)

    def __getitem__(self, rows: "Rows") -> "Examples":
        """The samples of these rows, with the same signal atoms."""
        own = lambda at: (at.membership, at.noise, at.label, at.truth)  # noqa: E731
        return eqx.tree_at(own, self, tuple(part[rows] for part in own(self)))

    def __len__(self) -> int:
        return self.label.shape[0]

    def then(self, others: "Examples") -> "Examples":
        """These samples, and after them others of the same signal atoms."""
        own = lambda at: (at.membership, at.noise, at.label, at.truth)  # noqa: E731
        joint = map(jnp.concatenate, zip(own(self), own(others), strict=True))
        return eqx.tree_at(own, self, tuple(joint))
