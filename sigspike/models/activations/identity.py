"""The identity: a linear network, which may be deep."""

from jaxtyping import Array, Float

from sigspike.models.activations.activation import Activation


class Identity(Activation):
    """σ(z) = z.

    Zhang et al. 2026 (arXiv 2603.10397) study label noise in linear networks of two layers.
    """

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        return z
