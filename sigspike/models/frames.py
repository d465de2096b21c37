"""Frames: where vectors live, and how isotropic Gaussian vectors are drawn there.

Gradient descent sees inner products only, so a vector may be written in R^d or in an orthonormal
basis of the span of the vectors of one run. Both frames draw from the same law of inner products;
the second never makes a vector of d numbers.
"""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int, Key

Vectors = Float[Array, "row coordinate"]


class Frame(eqx.Module):
    """Draws initial weights, then training vectors, then fresh test vectors, all with unit variance
    per coordinate.
    """

    @abstractmethod
    def axes(self, n_axes: int) -> Vectors:
        """The first ``n_axes`` unit vectors, which the signals span."""

    @abstractmethod
    def weights(self, key: Key[Array, ""], n_rows: int, law: str) -> Vectors:
        """Initial filters of i.i.d. coordinates: N(0, 1), or uniform on [−√3, √3] (variance 1)."""

    @abstractmethod
    def gaussian(self, key: Key[Array, ""], n_rows: int) -> Vectors:
        """Training vectors, i.i.d. N(0, I_d)."""

    @abstractmethod
    def fresh(self, key: Key[Array, ""], n_rows: int) -> Vectors:
        """Test vectors, i.i.d. N(0, I_d): exact in their inner products with everything training
        can reach.
        """


class Ambient(Frame):
    """R^d itself: ``dim`` coordinates, no assumption on the law of anything."""

    dim: int = eqx.field(static=True)

    def axes(self, n_axes: int) -> Vectors:
        return jnp.eye(n_axes, self.dim)

    def weights(self, key: Key[Array, ""], n_rows: int, law: str) -> Vectors:
        return unit_draw(key, (n_rows, self.dim), law)

    def gaussian(self, key: Key[Array, ""], n_rows: int) -> Vectors:
        return jax.random.normal(key, (n_rows, self.dim))

    def fresh(self, key: Key[Array, ""], n_rows: int) -> Vectors:
        return self.gaussian(key, n_rows)


class Extent(eqx.Module):
    """What of R^d a ``Span`` holds: which of its coordinates exist, and how many dimensions there
    are ``beyond`` it.

    The rest stand for these dimensions: ``spare`` coordinates beside each filter's own, which no
    vector has at first. Noise that is added to the filters later may be written there.
    """

    exists: Bool[Array, " coordinate"]
    beyond: Float[Array, ""]
    first: int = eqx.field(static=True)  # the place of the first filter's own coordinate
    spare: int = eqx.field(static=True)

    @property
    def spared(self) -> np.ndarray:
        """The places of the spare coordinates, filter by filter."""
        own = np.arange(self.first, len(self.exists), 1 + self.spare)
        return np.ravel(own[:, None] + np.arange(1, 1 + self.spare)[None])


class Span(Frame):
    """Orthonormal coordinates [signal axes | one for each noise vector | one for each initial
    filter].

    Off the k signal axes the vectors of a run are i.i.d. N(0, I) in d − k dimensions, so their Gram
    matrix is Wishart and equals L Lᵀ with Bartlett's L: row i of L *is* vector i in the basis that
    Gram–Schmidt makes of the rows before it. One run needs n + 2m numbers a row, whatever d is.
    Gaussian filters come after the noise. Uniform ones have another law: they come first, drawn in
    R^``room`` of which d coordinates count, and brought to this form by the Cholesky factor of
    their Gram matrix; given them the noise is as before, since the law of its coordinates in any
    fixed basis is. Of the filters the first ``n_alive`` exist; a larger frame begins with the draws
    of a smaller one. ``extent`` is known where coordinates were asked to be spared.
    """

    noise: Float[Array, "noise coordinate"]
    filters: Float[Array, "filter coordinate"]
    extent: Extent | None = None

    @classmethod
    def sample(
        cls,
        key: Key[Array, ""],
        dim: float | Float[Array, ""],
        sizes: tuple[int, int, int],
        n_alive: float | Float[Array, ""],
        room: int | None = None,
        spare: int = 0,
    ) -> "Span":
        """``sizes``: signal axes, noise vectors, filters; ``room`` asks for uniform filters, and
        ``spare`` for coordinates beside each filter's own.
        """
        n_axes, n_noise, n_filters = sizes
        key_axes, key_rows, key_filters, key_beside = jax.random.split(key, 4)
        heads = jax.random.normal(key_axes, (n_noise + n_filters, n_axes))
        freedom = dim - n_axes
        if room is None:
            rows = jnp.concatenate(
                [heads, bartlett(key_rows, n_noise + n_filters, freedom)], axis=1
            )
            return cls(rows[:n_noise], rows[n_noise:])._spared(dim, sizes, n_alive, False, spare)
        filters = _uniform(key_filters, n_filters, n_axes, n_noise, dim, room)
        reached = jnp.arange(n_filters)[:, None] < jnp.minimum(n_alive, freedom)
        beside = jnp.where(reached, jax.random.normal(key_beside, (n_filters, n_noise)), 0).T
        own = bartlett(key_rows, n_noise, freedom - n_alive)
        noise = jnp.concatenate([heads[:n_noise], own, beside], axis=1)
        return cls(noise, filters)._spared(dim, sizes, n_alive, True, spare)

    def _spared(
        self,
        dim: float | Float[Array, ""],
        sizes: tuple[int, int, int],
        n_alive: float | Float[Array, ""],
        filters_first: bool,
        spare: int,
    ) -> "Span":
        """This frame with ``spare`` coordinates beside each filter's own, and its extent."""
        if spare == 0:
            return self
        n_axes, n_noise, n_filters = sizes
        freedom, noise, filters = dim - n_axes, jnp.arange(n_noise), jnp.arange(n_filters)
        left = freedom - n_alive if filters_first else freedom
        before = 0 if filters_first else n_noise
        own = jnp.zeros((n_filters, 1 + spare), bool)
        # A row brings a coordinate of its own only while dimensions are left
        own = own.at[:, 0].set((filters < n_alive) & (before + filters < freedom))
        exists = jnp.concatenate([jnp.ones(n_axes, bool), noise < left, jnp.ravel(own)])
        beyond = jnp.maximum(dim - jnp.sum(exists), 0.0)

        def spread(rows: Vectors) -> Float[Array, "row wider"]:
            head, tail = jnp.split(rows, [n_axes + n_noise], axis=1)
            apart = jnp.pad(tail[..., None], ((0, 0), (0, 0), (0, spare)))
            return jnp.concatenate([head, apart.reshape(rows.shape[0], -1)], axis=1)

        extent = Extent(exists, beyond, n_axes + n_noise, spare)
        return Span(spread(self.noise), spread(self.filters), extent)

    def axes(self, n_axes: int) -> Vectors:
        return jnp.eye(n_axes, self.noise.shape[1])

    def weights(self, key: Key[Array, ""], n_rows: int, law: str) -> Vectors:
        return self.filters

    def gaussian(self, key: Key[Array, ""], n_rows: int) -> Vectors:
        return self.noise

    def fresh(self, key: Key[Array, ""], n_rows: int) -> Vectors:
        return jax.random.normal(key, (self.noise.shape[1], n_rows)).T

    def outlook(self, n_axes: int, copies: int = 1) -> "Span":
        """The frame in which fresh test vectors are cheapest: axes, and as many coordinates as
        there are filters.

        A test sees the noise through the filters alone (in ``copies``: those of two moments, say),
        and of N(0, I) they show as many coordinates as they span. ``turn`` brings the filters into
        this frame.
        """
        n_shown = n_axes + copies * self.filters.shape[0]
        return Span(jnp.zeros((0, n_shown)), jnp.zeros((0, n_shown)))


def turn(
    filters: Float[Array, "sign neuron from"], n_axes: int, n_shown: int
) -> Float[Array, "sign neuron to"]:
    """The filters in the frame of ``outlook``, [axes | lower triangle | what follows]: a rotation
    of R^d for them all.

    ``n_shown`` coordinates after the axes are turned.
    """
    rows = filters.transpose(1, 0, 2).reshape(-1, filters.shape[-1])
    shown = rows[:, n_axes : n_axes + n_shown]
    turned = jnp.concatenate(
        [rows[:, :n_axes], root(shown @ shown.T), rows[:, n_axes + n_shown :]], axis=1
    )
    return turned.reshape(filters.shape[1], filters.shape[0], -1).transpose(1, 0, 2)


def root(
    gram: Float[Array, "row row"], rank: Float[Array, ""] | None = None
) -> Float[Array, "row row"]:
    """Lower triangular L with L Lᵀ = ``gram`` (Cholesky); a row that depends on those before it
    adds no column, and none does beyond a ``rank`` that is known.

    Every overlap comes out to rounding relative to the lengths, and that is all that a law of
    overlaps can tell. Not LAPACK's: batched LAPACK calls of two threads wait for each other for
    ever in jaxlib's thread pool (0.10).
    """
    row, least = jnp.arange(gram.shape[0]), 4 * gram.shape[0] * jnp.finfo(gram.dtype).eps

    def column(k: Int[Array, ""], lower: Float[Array, "row row"]) -> Float[Array, "row row"]:
        residual = gram[k] - lower @ lower[k]
        independent = residual[k] > least * gram[k, k]
        if rank is not None:
            independent &= jnp.sum(jnp.any(lower != 0, axis=0)) < rank
        new = residual / jnp.sqrt(jnp.where(independent, residual[k], 1))
        return lower.at[:, k].set(jnp.where(independent & (row >= k), new, 0))

    return lax.fori_loop(0, gram.shape[0], column, jnp.zeros_like(gram))


def _uniform(
    key: Key[Array, ""],
    n_rows: int,
    n_axes: int,
    n_before: int,
    dim: float | Float[Array, ""],
    room: int,
) -> Vectors:
    """Uniform vectors of which ``dim`` coordinates count, as [axes | 0 … | lower triangle].

    Each row has a key of its own, so that neither more rows nor more ``room`` change what it draws.
    """
    row = lambda number: unit_draw(jax.random.fold_in(key, number), (room,), "uniform")  # noqa: E731
    alive = jnp.where(jnp.arange(room)[None] < dim, jax.vmap(row)(jnp.arange(n_rows)), 0)
    lower = root(alive[:, n_axes:] @ alive[:, n_axes:].T)
    return jnp.concatenate([alive[:, :n_axes], jnp.zeros((n_rows, n_before)), lower], axis=1)


def bartlett(key: Key[Array, ""], n_rows: int, freedom: float | Float[Array, ""]) -> Vectors:
    """Bartlett's L, L Lᵀ ~ Wishart(``freedom``, I): N(0, 1) below the diagonal, at row k chi with
    freedom − k.

    Its columns from ``freedom`` on are zero, which is exact again (the rows span no more). The
    degrees of freedom are traced: another dimension compiles nothing anew.
    """
    key_normal, key_chi = jax.random.split(key)
    row, column = jnp.indices((n_rows, n_rows))
    packed = jax.random.normal(key_normal, (max(n_rows * (n_rows - 1) // 2, 1),))
    alive = freedom - jnp.arange(n_rows) > 0
    chi = jnp.sqrt(
        2 * jax.random.gamma(key_chi, jnp.where(alive, freedom - jnp.arange(n_rows), 1) / 2)
    )
    below = packed[jnp.where(row > column, row * (row - 1) // 2 + column, 0)]
    lower = jnp.where(row > column, below, jnp.where(row == column, chi[:, None], 0))
    return jnp.where(alive[None], lower, 0)


def unit_draw(key: Key[Array, ""], shape: tuple[int, ...], law: str) -> Float[Array, "..."]:
    """I.i.d. numbers of mean 0 and variance 1, ``"gaussian"`` or ``"uniform"``."""
    if law == "uniform":
        return jax.random.uniform(key, shape, minval=-(3**0.5), maxval=3**0.5)
    return jax.random.normal(key, shape)
