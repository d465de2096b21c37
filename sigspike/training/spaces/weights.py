"""Weight space, the reference: the filters themselves, and ordinary automatic differentiation."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.examples import Atoms, Rows
from sigspike.training.spaces.decomposition import combine, project
from sigspike.training.spaces.space import ALL, Params, Space, Upper, inner_upper, read


class Filters(eqx.Module):
    """Filters w, and the share s of w0 left in them.

    No gradient acts on s. It rides along under weight decay, as it does in coefficient space, so
    that what was learnt, w − s·w0, is known.
    """

    weights: Float[Array, "sign neuron coordinate"]
    scale: Float[Array, ""]


class Weights(Space):
    """w in R^d. One step costs O(m n d); any optimiser, any depth."""

    def start(self, upper: Upper) -> Params:
        return Params(Filters(self.initial, jnp.ones(())), upper)

    def overlaps(self, params: Params, rows: Rows = ALL) -> Atoms:
        return read(params.first.weights, self.signal, self.noise[rows])

    def pulled(self, upper: Upper, cotangent: Atoms, rows: Rows = ALL) -> Params:
        return Params(
            Filters(combine(cotangent, self.signal, self.noise[rows]), jnp.zeros(())), upper
        )

    def inner(self, one: Params, other: Params) -> Float[Array, ""]:
        return jnp.vdot(one.first.weights, other.first.weights) + inner_upper(one, other)

    def filters(self, params: Params) -> Float[Array, "sign neuron coordinate"]:
        return params.first.weights

    def learnt(self, params: Params) -> Atoms:
        """The least-squares fit of what was learnt, and 0 where that is no more than the weights'
        own rounding.
        """
        weights = params.first.weights
        found = project(weights - params.first.scale * self.initial, self.signal, self.noise)
        rounding = 8 * jnp.finfo(weights.dtype).eps * jnp.linalg.norm(weights, axis=-1)
        signal, noise = (jnp.linalg.norm(part, axis=-1) for part in (self.signal, self.noise))
        return Atoms(
            # NaN stays
            jnp.where(
                abs(found.signal) * signal[None, None] < rounding[..., None], 0, found.signal
            ),
            jnp.where(
                abs(found.noise) * noise[None, None] < rounding[..., None, None], 0, found.noise
            ),
        )


def share_of_initial(params: Params) -> Params:
    """A tree of booleans that is true at s alone, for an algorithm under which w0 does not shrink
    as a whole.
    """
    nowhere = jax.tree.map(lambda _: False, params)
    return eqx.tree_at(lambda tree: tree.first.scale, nowhere, True)
