"""The decomposition of the filters: γ and ρ from w, and w from γ and ρ."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.examples import Atoms, Examples
from sigspike.training.spaces.space import extend

Filters = Float[Array, "sign neuron coordinate"]


class Decomposition(eqx.Module):
    """w_{j,r} = w0_{j,r} + j γ_{j,r} μ/‖μ‖² + Σ_i ρ_{j,r,i} ξ_i/‖ξ_i‖², ρ̄ = ρ·1(ỹ_i = j), ρ̲ =
    ρ·1(ỹ_i = −j).

    A sample has an axis ``patch`` more where it has several noise patches. This is the
    signal–noise decomposition of Huang et al. 2025 (arXiv 2510.17526) and Han et al. 2025 (arXiv
    2505.18909).
    """

    gamma: Float[Array, "sign neuron"]
    rho_bar: Float[Array, "sign neuron sample *patch"]
    rho_underline: Float[Array, "sign neuron sample *patch"]


def in_theory(learnt: Atoms, examples: Examples) -> Decomposition:
    """γ = j Σ_a s_a ‖a‖² c_a and ρ_i = ‖ξ_i‖² c_i from the coefficients c of the atoms.

    s_a is the polarity of a signal atom; for the atoms ±μ this is j ‖μ‖² (c_{+μ} − c_{−μ}), and for
    images, where the framework has no μ, the same sum counts each image towards its class. Where
    several signals share a patch, γ is the overlap of v = Σ_a c_a a, what was learnt of the
    signals, with the patch of class j that it answers to most: γ = max ⟨v, a⟩ over the atoms of s_a
    = j, which for ±μ is the same number.
    """
    sign, own = _signs(learnt.signal, examples)
    rho = jnp.einsum("jrip,ip->jrip", learnt.noise, jnp.sum(examples.noise**2, -1))
    if examples.combined:
        overlap = learnt.signal @ (examples.signal @ examples.signal.T)
        gamma = jnp.max(
            overlap, axis=2, where=(sign == examples.polarity[None])[:, None], initial=-jnp.inf
        )
    else:
        weight = examples.polarity * jnp.sum(examples.signal**2, -1)
        gamma = sign * jnp.einsum("jra,a->jr", learnt.signal, weight)
    rho = rho[..., 0] if rho.shape[-1] == 1 else rho
    own = own.reshape(own.shape[0], 1, own.shape[1], *[1] * (rho.ndim - 3))
    return Decomposition(gamma, jnp.where(own, rho, 0), jnp.where(own, 0, rho))


def decompose(filters: Filters, initial: Filters, examples: Examples) -> Decomposition:
    """γ and ρ of explicit filters, by least squares on the atoms (unique while μ and the ξ_i are
    independent).
    """
    signal, noise = extend(examples.signal, filters), extend(examples.noise, filters)
    return in_theory(project(filters - initial, signal, noise), examples)


def recompose(coefficients: Decomposition, initial: Filters, examples: Examples) -> Filters:
    """w0 + j γ μ/‖μ‖² + Σ_i ρ_i ξ_i/‖ξ_i‖², for signal atoms ±μ; at ‖μ‖ = 0 the signal term is 0.

    γ and ρ say nothing of a bias: the filters come without it.
    """
    initial = initial[..., : examples.signal.shape[-1]]
    sign, _ = _signs(initial, examples)
    mu = examples.polarity @ examples.signal / 2
    rho = coefficients.rho_bar + coefficients.rho_underline
    rho = rho.reshape(*rho.shape[:3], -1)
    signal = jnp.einsum("jr,d->jrd", sign * coefficients.gamma, unit_square(mu))
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
    """
    atoms = jnp.concatenate([signal, noise.reshape(-1, noise.shape[-1])])
    length = jnp.linalg.norm(atoms, axis=1, keepdims=True)
    length = jnp.where(length > 0, length, 1)
    units = atoms / length
    inverse = _pseudo_inverse(units @ units.T)
    fit = jnp.einsum("jrd,ad,ab,b->jrb", filters, units, inverse, 1 / length[:, 0])
    split = signal.shape[0]
    return Atoms(fit[..., :split], fit[..., split:].reshape(*fit.shape[:2], *noise.shape[:2]))


@jax.custom_batching.sequential_vmap
def _pseudo_inverse(gram: Float[Array, "atom atom"]) -> Float[Array, "atom atom"]:
    """Never batched: batched LAPACK calls of two threads wait for each other for ever in jaxlib's
    pool (0.10).
    """
    return jnp.linalg.pinv(gram, hermitian=True)


def unit_square(vectors: Float[Array, "*any coordinate"]) -> Float[Array, "*any coordinate"]:
    """a/‖a‖², and 0 for the zero vector."""
    square = jnp.sum(vectors**2, -1, keepdims=True)
    return jnp.where(square > 0, vectors / jnp.where(square > 0, square, 1), 0)


def _signs(
    filters: Float[Array, "sign neuron any"], examples: Examples
) -> tuple[jax.Array, jax.Array]:
    """j = (−1, +1) as a column, and whether ỹ_i = j; a first layer shared by the classes counts as
    j = +1.
    """
    sign = jnp.array([-1.0, 1.0])[-filters.shape[0] :, None]
    return sign, sign == examples.label[None]
