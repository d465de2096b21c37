"""Two Gaussians fitted to numbers: which of both an example's loss or score belongs to."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float

FLOOR = 1e-6  # least variance of a component, as a share of all variance
ITERATIONS = 100


class _Mixture(NamedTuple):
    share: Float[Array, " component"]
    mean: Float[Array, " component"]
    variance: Float[Array, " component"]


def gaussian_mixture(values: Any, larger: bool = True, counted: Any = None) -> Array:
    """P(component of the larger (or smaller) mean | value) over (sample,), from two Gaussians
    fitted by EM.

    100 iterations from the halves below and above the mean, no variance below 10⁻⁶ of all; the fit
    sees only the examples ``counted`` (all by default), the posterior is that of every example.
    DivideMix (Li et al. 2020) keeps losses with P(smaller) > ½, FINE (Kim et al. 2021) scores with
    P(larger) > ½. Where all values are equal it is ½.
    """
    values = jnp.asarray(values, jnp.result_type(float))
    counted = jnp.ones(values.shape, bool) if counted is None else jnp.asarray(counted, bool)
    return _posterior(values, counted, larger)


@partial(jax.jit, static_argnames="larger")
def _posterior(
    values: Float[Array, " sample"], counted: Bool[Array, " sample"], larger: bool
) -> Float[Array, " sample"]:
    weight = counted / jnp.maximum(counted.sum(), 1)
    several = (
        jnp.where(counted, values, jnp.inf).min() != jnp.where(counted, values, -jnp.inf).max()
    )
    centre = weight @ values
    spread = jnp.where(several, jnp.sqrt(weight @ (values - centre) ** 2), 1)
    scaled = (values - centre) / spread

    def iterate(
        _: Any, belongs: Float[Array, "component sample"]
    ) -> Float[Array, "component sample"]:
        return _expected(scaled, _fitted(scaled, belongs * weight[None]))

    halves = jnp.stack([scaled <= 0, scaled > 0]).astype(scaled.dtype)
    belongs = lax.fori_loop(0, ITERATIONS, iterate, halves)
    mean = _fitted(scaled, belongs * weight[None]).mean
    chosen = belongs[jnp.argmax(mean) if larger else jnp.argmin(mean)]
    return jnp.where(several, chosen, 0.5)


def _fitted(values: Float[Array, " sample"], belongs: Float[Array, "component sample"]) -> _Mixture:
    """The M step: shares, means and variances under the weights ``belongs``."""
    share = belongs.sum(1)
    safe = jnp.where(share > 0, share, 1)
    mean = belongs @ values / safe
    variance = (belongs * (values[None] - mean[:, None]) ** 2).sum(1) / safe
    return _Mixture(share, mean, jnp.maximum(variance, FLOOR))


def _expected(
    values: Float[Array, " sample"], mixture: _Mixture
) -> Float[Array, "component sample"]:
    """The E step: P(component | value)."""
    distance = (values[None] - mixture.mean[:, None]) ** 2 / mixture.variance[:, None]
    return jax.nn.softmax(
        (jnp.log(mixture.share) - jnp.log(mixture.variance) / 2)[:, None] - distance / 2, axis=0
    )
