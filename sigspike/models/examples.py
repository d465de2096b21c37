"""Labelled inputs whose patches are linear combinations of atoms."""

from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

Rows = slice | Int[Array, " row"]  # which samples, by a range or by their numbers


class Atoms(NamedTuple):
    """One value for each atom: of the signal atoms, which samples share, and of the noise atoms,
    each in one sample.

    ``signal: (..., atom)``, ``noise: (..., sample, patch)``. Overlaps ⟨w, a⟩ and coefficients have
    this form, and so have the pre-activations of patches: shared ones, and those of each sample.
    """

    signal: Any
    noise: Any


class Examples(eqx.Module):
    """Samples with shared patches, each an atom of a common list, and patches of their own.

    For the signal–noise model the list is (−μ, +μ), for several signals it is every Σ_k ±μ_k, and
    for images it is the images themselves. ``membership`` says which atom stands in which shared
    patch of a sample. An own patch is a noise atom, and with ``mixed`` a combination of the list
    beside it: x_i^(p) = ξ_{i,p} + Σ_a mixed_{i,p,a} a. ``polarity`` is what an atom holds of the
    features that γ counts: ±1 of a single one, μ, or a number for each of several. ``label`` is
    what training is told (ỹ), and ``truth`` the label that made the signal (y). ``orthogonal``:
    every noise atom is orthogonal to every signal atom. ``combined``: several signals share an
    atom, so that the weights do not tell the coefficients of the atoms apart, and γ is read off
    overlaps. ``signed``: the features have signs ±, and the γ of a filter counts with that of its
    class.
    """

    signal: Float[Array, "atom coordinate"]
    polarity: Float[Array, "atom *feature"]
    membership: Float[Array, "sample shared atom"]
    noise: Float[Array, "sample patch coordinate"]
    label: Float[Array, " sample"]
    truth: Float[Array, " sample"]
    orthogonal: bool = eqx.field(static=True)
    combined: bool = eqx.field(static=True, default=False)
    mixed: Float[Array, "sample patch atom"] | None = None
    signed: bool = eqx.field(static=True, default=True)

    @property
    def n_patches(self) -> int:
        """Patches of a sample, shared and own."""
        return self.membership.shape[1] + self.noise.shape[1]

    @property
    def shown(self) -> Float[Array, "sample feature"]:
        """What a sample shows of each feature, of several: in its shared patches, or where it has
        none in its first own one.
        """
        held = self.membership
        if held.shape[1] == 0 and self.mixed is not None:
            held = self.mixed[:, :1]
        return jnp.einsum("ipa,al->il", held, self.polarity)

    def patches(self, overlaps: Atoms) -> Atoms:
        """⟨w, x⟩ of every shared patch and of every own patch, from the overlaps with the atoms."""
        if self.mixed is None:
            return overlaps
        beside = jnp.einsum("...a,ipa->...ip", overlaps.signal, self.mixed)
        return Atoms(overlaps.signal, overlaps.noise + beside)

    def held(self, answers: Float[Array, "atom *any"]) -> Float[Array, "sample *any"]:
        """The sum over a sample's shared patches of what the atoms there answer."""
        n_shared = self.membership.shape[1]
        rows = self.membership.reshape(len(self), -1)
        repeated = jnp.concatenate([answers] * n_shared) if n_shared else answers[:0]
        return jnp.tensordot(rows, repeated, 1)

    def placed(self, patches: Atoms) -> Float[Array, "side neuron sample position"]:
        """What is known of every patch of every sample, by its place: shared ones come first."""
        shared = jnp.einsum("jra,isa->jris", patches.signal, self.membership)
        return jnp.concatenate([shared, patches.noise], axis=-1)

    def __getitem__(self, rows: "Rows") -> "Examples":
        """The samples of these rows, with the same signal atoms."""
        return replace(self, **jax.tree.map(lambda part: part[rows], self._own()))

    def __len__(self) -> int:
        return self.label.shape[0]

    def then(self, others: "Examples") -> "Examples":
        """These samples, and after them others of the same signal atoms."""
        joint = jax.tree.map(lambda *two: jnp.concatenate(two), self._own(), others._own())
        return replace(self, **joint)

    def _own(self) -> dict[str, Array | None]:
        """What there is of each sample."""
        names = "membership", "noise", "label", "truth", "mixed"
        return {name: getattr(self, name) for name in names}
