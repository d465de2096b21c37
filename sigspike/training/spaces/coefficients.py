"""Coefficient space: gradient descent in the theory's own coordinates, at a cost free of d."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.models.examples import Atoms, Examples, Rows
from sigspike.training.spaces.decomposition import combine
from sigspike.training.spaces.diffusion import Diffusion
from sigspike.training.spaces.reach import Reach
from sigspike.training.spaces.space import ALL, Params, Space, Upper, inner_upper, read


class Dual(eqx.Module):
    """w = ``scale``·w0 + Σ_a c_a a + B: the share of w0, the coefficients of the atoms, and the
    noise of the gradients, if they have any.
    """

    scale: Float[Array, ""]
    coefficients: Atoms
    diffusion: Diffusion | None = None


class Gram(eqx.Module):
    """K = ⟨a, b⟩ over all atoms, in blocks; that of the noise does not know ‖μ‖, so that a sweep
    over ‖μ‖ shares it.

    ``cross`` is None where signal and noise are orthogonal by construction: half the time of a
    small step is there.
    """

    signal: Float[Array, "atom atom"]
    cross: Float[Array, "atom noise"] | None
    noise: Float[Array, "noise noise"]

    def __call__(self, coefficients: Atoms) -> Atoms:
        """c K: the overlaps of Σ_a c_a a with every atom."""
        signal, noise = coefficients
        flat = noise.reshape(*noise.shape[:2], -1)
        of_signal, of_noise = product(signal, self.signal), flat @ self.noise
        if self.cross is not None:
            of_signal = of_signal + product(flat, self.cross.T)
            of_noise = of_noise + product(signal, self.cross)
        return Atoms(of_signal, of_noise.reshape(noise.shape))

    def of(self, ids: Int[Array, " row"], coefficients: Atoms) -> Atoms:
        """c K for the signal atoms and the noise atoms of these samples: O(B n) a filter, not
        O(n²).
        """
        signal, noise = coefficients
        n_samples, n_patches = noise.shape[2:]
        flat = noise.reshape(*noise.shape[:2], -1)
        # One product of two matrices: over four axes XLA's CPU code is slower. K is symmetric.
        own = self.noise.reshape(n_samples, -1)[ids].reshape(-1, flat.shape[-1])
        of_signal = product(signal, self.signal)
        of_noise = flat.reshape(-1, flat.shape[-1]) @ own.T
        of_noise = of_noise.reshape(*flat.shape[:2], -1, n_patches)
        if self.cross is not None:
            beside = self.cross.reshape(-1, n_samples, n_patches)[:, ids]
            of_signal = of_signal + product(flat, self.cross.T)
            of_noise = of_noise + jnp.einsum("jra,aip->jrip", signal, beside)
        return Atoms(of_signal, of_noise)


class Coefficients(Space):
    """Gradient descent never leaves w0 + span{atoms}, so its state can be the coefficients c, and z
    = s·z0 + c K.

    The gradient of a loss in w is Σ_a (∂L/∂z_a) a, hence in c it is simply the cotangent of the
    pre-activations, for any loss, activation and depth; inner products go through K. One step costs
    O(m n²), whatever d is. Exact for every algorithm that commutes with rotations of R^d.
    """

    gram: Gram
    initial_overlaps: Atoms

    def __init__(
        self,
        examples: Examples,
        initial: Float[Array, "sign neuron coordinate"],
        reach: Reach | None = None,
    ):
        super().__init__(examples, initial, reach)
        noise = self.noise.reshape(-1, self.noise.shape[-1])
        apart = examples.orthogonal and examples.signal.shape == self.signal.shape
        self.gram = Gram(
            self.signal @ self.signal.T, None if apart else self.signal @ noise.T, noise @ noise.T
        )
        self.initial_overlaps = read(initial, self.signal, self.noise)

    def start(self, upper: Upper) -> Params:
        nothing = jax.tree.map(jnp.zeros_like, self.initial_overlaps)
        return Params(Dual(jnp.ones(()), nothing, self.still()), upper)

    def overlaps(self, params: Params, rows: Rows = ALL) -> Atoms:
        dual = params.first
        if isinstance(rows, slice):
            z0, change = self.initial_overlaps, self.gram(dual.coefficients)
        else:
            z0, change = chosen(self.initial_overlaps, rows), self.gram.of(rows, dual.coefficients)
        z = jax.tree.map(lambda start, own: dual.scale * start + own, z0, change)
        z = chosen(z, rows) if isinstance(rows, slice) else z
        if dual.diffusion is None:
            return z
        return jax.tree.map(jnp.add, z, read(dual.diffusion.vectors, self.signal, self.noise[rows]))

    def pulled(self, upper: Upper, cotangent: Atoms, rows: Rows = ALL) -> Params:
        shape = self.initial_overlaps.noise.shape
        return Params(Dual(jnp.zeros(()), spread(cotangent, rows, shape), self.still()), upper)

    def pushed(
        self,
        first: Dual,
        push: Float[Array, "sign neuron coordinate"],
        std: float | Float[Array, ""],
    ) -> Dual:
        assert first.diffusion is not None, "as in every direction where gradients are noisy"
        return Dual(first.scale, first.coefficients, first.diffusion.pushed(push, std))

    def inner(self, one: Params, other: Params) -> Float[Array, ""]:
        if self.reach is not None:
            return jnp.vdot(self.filters(one), self.filters(other)) + inner_upper(one, other)
        a, b = one.first, other.first
        along = a.scale * b.scale * jnp.vdot(self.initial, self.initial)
        across = a.scale * dot(self.initial_overlaps, b.coefficients) + b.scale * dot(
            self.initial_overlaps, a.coefficients
        )
        return (
            along
            + across
            + dot(self.gram(a.coefficients), b.coefficients)
            + inner_upper(one, other)
        )

    def filters(self, params: Params) -> Float[Array, "sign neuron coordinate"]:
        dual = params.first
        filters = dual.scale * self.initial + combine(dual.coefficients, self.signal, self.noise)
        return filters if dual.diffusion is None else filters + dual.diffusion.vectors

    def learnt(self, params: Params) -> Atoms:
        return params.first.coefficients


def product(
    left: Float[Array, "sign neuron inner"], right: Float[Array, "inner outer"]
) -> Float[Array, "sign neuron outer"]:
    """left @ right; where it is two atoms wide, as sums of products: a batch of such matmuls costs
    XLA far more.
    """
    if right.shape[0] == 2:
        rows = right[:, None, None]
        return left[..., :1] * rows[0] + left[..., 1:] * rows[1]
    if right.shape[1] == 2:
        columns = right.T[:, None, None]
        return jnp.stack([jnp.sum(left * column, axis=-1) for column in columns], axis=-1)
    return left @ right


def chosen(values: Atoms, rows: Rows) -> Atoms:
    """Those of the signal atoms, and of the noise atoms of some samples."""
    return Atoms(values.signal, values.noise[:, :, rows])


def spread(values: Atoms, rows: Rows, shape: tuple[int, ...]) -> Atoms:
    """The same among all samples, with 0 for the others."""
    if isinstance(rows, slice) and values.noise.shape == shape:
        return values
    return Atoms(
        values.signal, jnp.zeros(shape, values.noise.dtype).at[:, :, rows].set(values.noise)
    )


def dot(one: Atoms, other: Atoms) -> Float[Array, ""]:
    """Σ over all entries."""
    return jnp.vdot(one.signal, other.signal) + jnp.vdot(one.noise, other.noise)
