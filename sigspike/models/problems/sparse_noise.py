"""A signal beside noise on a few coordinates."""

from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import count
from sigspike.models.frames import Vectors
from sigspike.models.problems.signal_noise import SignalNoise


class SparseNoise(SignalNoise):
    """x = (y μ, ξ_1, …, ξ_{P−1}) where every ξ has N(0, σ_p²) on s = ``support`` coordinates off
    the axis of μ, drawn afresh for each patch, all sets as likely, and 0 elsewhere.

    Zou et al. 2021 (arXiv 2108.11371) have this with ``leak=FeatureNoise(α)``. The law is not
    rotation invariant: vectors are made in R^d, in either space.
    """

    isotropic: ClassVar[bool] = False

    support: int = count("coordinates with noise s", kw_only=True)

    def __check_init__(self) -> None:
        if not isinstance(self.dim, Tracer) and self.support >= int(self.dim):
            most = int(self.dim) - 1
            raise Refusal(
                f"`support` must be at most {most}, the coordinates off the signal's axis, "
                f"got {self.support}"
            )

    def unit(self, key: Key[Array, ""], rows: Vectors) -> Float[Array, "sample patch coordinate"]:
        order = jax.random.uniform(jax.random.fold_in(key, 1), rows.shape).at[:, 0].set(-1)
        chosen = lax.top_k(order, self.support)[1]
        here = jnp.zeros_like(rows).at[jnp.arange(len(rows))[:, None], chosen].set(1)
        return (here * rows).reshape(-1, self.noise_patches, rows.shape[1])
