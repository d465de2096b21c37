"""The decomposition of the filters: γ and ρ from w, and w from γ and ρ."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models import labels
from sigspike.models.examples import Atoms, Examples
from sigspike.training.spaces.space import extended

Filters = Float[Array, "sign neuron coordinate"]


class Decomposition(eqx.Module):
    """w_{j,r} = w0_{j,r} + j γ_{j,r} μ/‖μ‖² + Σ_i ρ_{j,r,i} ξ_i/‖ξ_i‖², ρ̄ = ρ·1(ỹ_i = j), ρ̲ =
    ρ·1(ỹ_i = −j).

    This is the signal–noise decomposition of Huang et al. 2025 (arXiv 2510.17526) and Han et al.
    2025 (arXiv 2505.18909). Where there are several features μ_l, γ has an axis ``feature`` and
    their terms add up; of K ≥ 3 classes, or two with a feature each, the term is
    γ_{k,r,l} μ_l/‖μ_l‖² without a sign, and ρ̲ = ρ·1(ỹ_i ≠ k). A sample has an axis ``patch`` more
    where it has several own patches.
    """

    gamma: Float[Array, "sign neuron *feature"]
    rho_bar: Float[Array, "sign neuron sample *patch"]
    rho_underline: Float[Array, "sign neuron sample *patch"]


def in_theory(
    learnt: Atoms, examples: Examples, sides: Float[Array, " sign"] | None = None
) -> Decomposition:
    """γ_l = j Σ_a s_{a,l} ‖a‖² c_a and ρ_i = ‖ξ_i‖² c_i from the coefficients c of the atoms.

    s_{a,l} is the polarity of a signal atom (j = 1 where the features are not ``signed``); for the
    atoms ±μ this is j ‖μ‖² (c_{+μ} − c_{−μ}), and for images, where the framework has no μ, the
    same sum counts each image towards its class. Where several signals share an atom, γ is the
    overlap of v = Σ_a c_a a, what was learnt of the signals, with the atom of class j that it
    answers to most: γ = max ⟨v, a⟩ over the atoms of s_a = j, which for ±μ is the same number.
    ``sides``: the label of the class of each bank of filters; by default as ``labels.sides`` has
    it.
    """
    sides = labels.sides(learnt.signal.shape[0]) if sides is None else sides
    own = sides[:, None] == examples.label[None]
    rho = jnp.einsum("jrip,ip->jrip", learnt.noise, jnp.sum(examples.noise**2, -1))
    if examples.combined:
        overlap = learnt.signal @ (examples.signal @ examples.signal.T)
        answering = (sides[:, None] == examples.polarity[None])[:, None]
        gamma = jnp.max(overlap, axis=2, where=answering, initial=-jnp.inf)
    else:
        weight = jnp.einsum("a...,a->a...", examples.polarity, jnp.sum(examples.signal**2, -1))
        gamma = jnp.tensordot(learnt.signal, weight, 1)
        gamma = _along(sides, gamma) * gamma if examples.signed else gamma
    rho = rho[..., 0] if rho.shape[-1] == 1 else rho
    own = own.reshape(own.shape[0], 1, own.shape[1], *[1] * (rho.ndim - 3))
    return Decomposition(gamma, jnp.where(own, rho, 0), jnp.where(own, 0, rho))


def decompose(filters: Filters, initial: Filters, examples: Examples) -> Decomposition:
    """γ and ρ of explicit filters, by least squares on the atoms (unique while the features and the
    ξ_i are independent).
    """
    atoms = extended(examples, filters.shape[-1])
    return in_theory(project(filters - initial, *atoms), examples)


def recompose(coefficients: Decomposition, initial: Filters, examples: Examples) -> Filters:
    """w0 + j Σ_l γ_l μ_l/‖μ_l‖² + Σ_i ρ_i ξ_i/‖ξ_i‖²; at ‖μ_l‖ = 0 the term of that signal is 0.

    Not for signals that share an atom. γ and ρ say nothing of a bias: the filters come without it.
    """
    initial = initial[..., : examples.signal.shape[-1]]
    polarity = examples.polarity.reshape(len(examples.signal), -1)
    features = (polarity.T @ examples.signal) / jnp.sum(polarity**2, axis=0)[:, None]
    rho = coefficients.rho_bar + coefficients.rho_underline
    rho = rho.reshape(*rho.shape[:3], -1)
    gamma = coefficients.gamma.reshape(*coefficients.gamma.shape[:2], -1)
    if examples.signed:
        gamma = _along(labels.sides(len(gamma)), gamma) * gamma
    signal = jnp.einsum("jrl,ld->jrd", gamma, unit_square(features))
    return initial + signal + jnp.einsum("jrip,ipd->jrd", rho, unit_square(examples.noise))


def combine(
    coefficients: Atoms,
    signal: Float[Array, "atom coordinate"],
    noise: Float[Array, "sample patch coordinate"],
) -> Filters:
    """Σ_a c_a a."""
    return jnp.einsum("jra,ad->jrd", coefficients.signal, signal) + jnp.einsum(
        "jrip,ipd->jrd", coefficients.noise, noise
    )


def project(
    filters: Filters,
    signal: Float[Array, "atom coordinate"],
    noise: Float[Array, "sample patch coordinate"],
) -> Atoms:
    """The coefficients c of the least-squares fit Σ_a c_a a (the shortest, where the atoms are
    dependent, as ±μ are).

    Corrected semi-normal equations (Björck 1987): A Aᵀ = Rᵀ R of the atoms' directions A from the
    QR of Aᵀ, and a second fit of what the first leaves. Rounding then grows with the condition of
    the atoms, and not with its square.
    """
    atoms = jnp.concatenate([signal, noise.reshape(-1, noise.shape[-1])])
    length = jnp.linalg.norm(atoms, axis=1, keepdims=True)
    length = jnp.where(length > 0, length, 1)
    units = atoms / length
    root = _pseudo_inverse_root(units)
    fitted = lambda rest: ((rest @ units.T) @ root) @ root.T  # noqa: E731
    fit = fitted(filters)
    fit = (fit + fitted(filters - fit @ units)) / length[None, None, :, 0]
    split = signal.shape[0]
    return Atoms(fit[..., :split], fit[..., split:].reshape(*fit.shape[:2], *noise.shape[:2]))


@jax.custom_batching.sequential_vmap
def _pseudo_inverse_root(units: Float[Array, "atom coordinate"]) -> Float[Array, "atom rank"]:
    """R⁺, R⁺ R⁺ᵀ = (A Aᵀ)⁺.

    Never batched: batched LAPACK calls of two threads wait for each other for ever in jaxlib's
    pool (0.10).
    """
    return jnp.linalg.pinv(jnp.linalg.qr(units.T, mode="r"))


def unit_square(vectors: Float[Array, "*any coordinate"]) -> Float[Array, "*any coordinate"]:
    """a/‖a‖², and 0 for the zero vector."""
    square = jnp.sum(vectors**2, -1, keepdims=True)
    return jnp.where(square > 0, vectors / jnp.where(square > 0, square, 1), 0)


def _along(
    sides: Float[Array, " sign"], values: Float[Array, "sign *any"]
) -> Float[Array, "sign *ones"]:
    return sides.reshape(-1, *[1] * (values.ndim - 1))
