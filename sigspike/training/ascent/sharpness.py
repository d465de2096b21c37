"""The ascent of sharpness-aware minimisation."""

from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.training.ascent.ascent import Ascent
from sigspike.training.spaces import Params, Space


class Sharpness(Ascent):
    """ŵ = w + τ ∇L_t(w) / ‖∇L_t(w)‖, τ = ``radius`` (SAM: Foret et al. 2021, arXiv 2010.01412, eq.
    2 and 3).

    L_t is the loss of the step's batch, the same in both gradients, and the norm is over all
    trained parameters. Where the gradient vanishes, ŵ = w. Weight decay acts on w, and has no part
    in the ascent. A step costs two.
    """

    radius: float | Float[Array, ""] = number(NONNEGATIVE, "radius of the perturbation τ")

    def climbed(self, space: Space, params: Params, slope: Callable[[Params], Params]) -> Params:
        uphill = slope(params)
        square = space.inner(uphill, uphill)
        step = jnp.where(square > 0, self.radius / jnp.sqrt(jnp.where(square > 0, square, 1)), 0)
        return space.move(params, step, uphill)
