"""Where the noise of the gradients goes: the coordinates of the frame, and R^d beyond it."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from sigspike.models.frames import Extent, bartlett, root
from sigspike.training.spaces.diffusion import Diffusion


class Reach(eqx.Module):
    """Which numbers of the first layer exist, and what of R^d the frame holds (None: all of it).

    Training never sees the noise beyond the frame. There it is drawn when somebody looks, in as
    many spare coordinates as there are rows: one for each filter and moment (the filters themselves
    count as one). What was added since the last look is a Gaussian whose covariance over the
    moments is that of one filter, which every step carries on.
    """

    exists: Bool[Array, "sign neuron coordinate"]
    extent: Extent | None = None

    def nothing(self) -> Diffusion:
        """No noise."""
        sources = None if self.extent is None else jnp.zeros(self.extent.spare + 1)
        return Diffusion(jnp.zeros(self.exists.shape), sources)

    def normal(self, key: Key[Array, ""]) -> Float[Array, "sign neuron coordinate"]:
        """N(0, 1) numbers for all that exists: each filter has a key of its own, so that more room
        changes no draw; the last coordinate, a bias where there is one, is drawn first.
        """
        n_signs, width, n_coordinates = self.exists.shape
        drawn = _rows(key, n_signs * width, n_coordinates).reshape(width, n_signs, -1)
        drawn = jnp.roll(drawn, -1, axis=-1).transpose(1, 0, 2)
        return jnp.where(self.exists, drawn, 0)

    def gathered(self, state: Any) -> Any:
        """After a step: as many sources as there are moments, in which what is pending has the
        covariance that it had.
        """
        if self.extent is None:
            return state
        pending = _pending(state)
        fewer = jnp.pad(root(pending @ pending.T), ((0, 0), (0, 1)))
        return replaced(
            state,
            [
                Diffusion(own.vectors, row)
                for own, row in zip(diffusions(state), fewer, strict=True)
            ],
        )

    def drawn(self, state: Any, key: Key[Array, ""]) -> Any:
        """At a look: what is pending, drawn and added to what there is beyond the frame."""
        if self.extent is None:
            return state
        moments, places = diffusions(state), self.extent.spared
        n_signs, width, _ = self.exists.shape
        shape = width, n_signs, len(moments)
        before = jnp.stack([own.vectors[..., places] for own in moments], axis=2)
        before = before.transpose(1, 0, 2, 3).reshape(-1, len(places))
        there = jnp.repeat(jnp.ravel(self.exists.any(-1).T), len(moments))
        new = self._sources(key, before, there).reshape(-1, len(moments), 2 * len(places))
        pending = _pending(state)[:, :-1]
        added = jnp.einsum("sk,fkc->fsc", pending, new).reshape(len(places), -1)
        after = jnp.pad(before, ((0, 0), (0, len(places)))) + jnp.where(there[:, None], added, 0)
        rows = root(after @ after.T, self.extent.beyond).reshape(*shape, -1).transpose(2, 1, 0, 3)
        still = jnp.zeros(len(moments) + 1)
        return replaced(
            state,
            [
                Diffusion(own.vectors.at[..., places].set(row), still)
                for own, row in zip(moments, rows, strict=True)
            ],
        )

    def _sources(
        self,
        key: Key[Array, ""],
        before: Float[Array, "row spare"],
        there: Bool[Array, " row"],
    ) -> Float[Array, "row both"]:
        """N(0, I) rows in the dimensions beyond the frame: their coordinates along those that the
        rows ``before`` have, and Bartlett's beside them.

        Of the former there are as many as rows that exist, or all dimensions where these are fewer:
        those in use, and then the first others.
        """
        assert self.extent is not None, "asked where there is something beyond the frame"
        key_along, key_beside = jax.random.split(key)
        n_rows, beyond = before.shape[0], self.extent.beyond
        used, n_there = jnp.any(before != 0, axis=0), jnp.sum(there).astype(beyond.dtype)
        spare = jnp.cumsum(~used) <= jnp.minimum(n_there, beyond) - jnp.sum(used)
        along = jnp.where((used | spare)[None], _rows(key_along, n_rows, n_rows), 0)
        return jnp.concatenate([along, bartlett(key_beside, n_rows, beyond - n_there)], axis=1)


def is_diffusion(part: Any) -> bool:
    """Whether a part of a state is the noise of one moment."""
    return isinstance(part, Diffusion)


def diffusions(state: Any) -> list[Diffusion]:
    """The noise of every moment, that of the filters first where they come first."""
    return [part for part in jax.tree.leaves(state, is_leaf=is_diffusion) if is_diffusion(part)]


def replaced(state: Any, moments: list[Diffusion]) -> Any:
    """The state with these in their places."""
    rest = iter(moments)
    return jax.tree.map(
        lambda part: next(rest) if is_diffusion(part) else part, state, is_leaf=is_diffusion
    )


def _pending(state: Any) -> Float[Array, "moment source"]:
    """What is pending beyond the frame, a row for each moment."""
    return jnp.stack([own.pending for own in diffusions(state) if own.pending is not None])


def _rows(key: Key[Array, ""], n_rows: int, n_columns: int) -> Float[Array, "row column"]:
    """N(0, 1) numbers of which neither more rows nor more columns change any."""
    row = lambda number: jax.random.normal(jax.random.fold_in(key, number), (n_columns,))  # noqa: E731
    return jax.vmap(row)(jnp.arange(n_rows))
