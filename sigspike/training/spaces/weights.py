"""Weight space, the reference: the filters themselves, and ordinary automatic differentiation."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.examples import Atoms, Rows
from sigspike.training.spaces.decomposition import combine, project
from sigspike.training.spaces.diffusion import Diffusion
from sigspike.training.spaces.space import ALL, Params, Space, Upper, inner_upper, read


class Filters(eqx.Module):
    """Filters w, the share s of w0 left in them, and B, what the noise of the gradients left there,
    if they have any.

    No gradient acts on s and B. They ride along under weight decay and momentum, as they do in
    coefficient space, so that what was learnt, w − s·w0 − B, is known.
    """

    weights: Float[Array, "sign neuron coordinate"]
    scale: Float[Array, ""]
    diffusion: Diffusion | None = None


class Weights(Space):
    """w in R^d. One step costs O(m n d); any optimiser, any depth."""

    def start(self, upper: Upper) -> Params:
        return Params(Filters(self.initial, jnp.ones(()), self.still()), upper)

    def overlaps(self, params: Params, rows: Rows = ALL) -> Atoms:
        return read(params.first.weights, self.signal, self.noise[rows])

    def pulled(self, upper: Upper, cotangent: Atoms, rows: Rows = ALL) -> Params:
        weights = combine(cotangent, self.signal, self.noise[rows])
        return Params(Filters(weights, jnp.zeros(()), self.still()), upper)

    def pushed(
        self,
        first: Filters,
        push: Float[Array, "sign neuron coordinate"],
        std: float | Float[Array, ""],
    ) -> Filters:
        assert first.diffusion is not None, "as in every direction where gradients are noisy"
        return Filters(first.weights + push, first.scale, first.diffusion.pushed(push, std))

    def inner(self, one: Params, other: Params) -> Float[Array, ""]:
        return jnp.vdot(one.first.weights, other.first.weights) + inner_upper(one, other)

    def filters(self, params: Params) -> Float[Array, "sign neuron coordinate"]:
        return params.first.weights

    def learnt(self, params: Params) -> Atoms:
        """The least-squares fit of what was learnt, and 0 where that is no more than the weights'
        own rounding.
        """
        weights, diffusion = params.first.weights, params.first.diffusion
        learnt = weights - params.first.scale * self.initial
        learnt = learnt if diffusion is None else learnt - diffusion.vectors
        fit = project(learnt, self.signal, self.noise)
        rounding = 8 * jnp.finfo(weights.dtype).eps * jnp.linalg.norm(weights, axis=-1)
        signal, noise = (jnp.linalg.norm(part, axis=-1) for part in (self.signal, self.noise))
        return Atoms(
            # NaN stays
            jnp.where(abs(fit.signal) * signal[None, None] < rounding[..., None], 0, fit.signal),
            jnp.where(abs(fit.noise) * noise[None, None] < rounding[..., None, None], 0, fit.noise),
        )


def ride_along(params: Params) -> Params:
    """A tree of booleans that is true at s and B alone, for an algorithm under which neither w0 nor
    the noise keeps apart from what is learnt.
    """
    nowhere, everywhere = (jax.tree.map(lambda _, a=a: a, params) for a in (False, True))
    own = lambda tree: (tree.first.scale, tree.first.diffusion)  # noqa: E731
    return eqx.tree_at(own, nowhere, own(everywhere), is_leaf=lambda leaf: leaf is None)
