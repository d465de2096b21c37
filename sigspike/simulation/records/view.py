"""What a record is made from."""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from sigspike.models.examples import Examples
from sigspike.models.networks import Network
from sigspike.training.spaces import Decomposition
from sigspike.training.weights import Look


class View(NamedTuple):
    """What a record is made from: γ and ρ, losses and margins of the training examples and whether
    they are given their label, the network, the test examples and the share of each that is
    answered wrongly, what a reweighting algorithm sees, with its clean loss, and what the network
    has of its own: the attention it pays, and its layers above the first.
    """

    decomposition: Decomposition
    loss: Float[Array, " sample"]
    margin: Float[Array, " sample"]
    correct: Float[Array, " sample"]
    examples: Examples
    network: Network
    test: Examples
    wrong: Float[Array, " sample"]
    look: Look | None = None
    clean_loss: Float[Array, ""] | None = None
    attention: Float[Array, "sample token"] | None = None
    upper: Any = ()

    @property
    def exists(self) -> Bool[Array, " neuron"]:
        """Which neurons exist."""
        return self.network.exists

    @property
    def flipped(self) -> Bool[Array, " sample"]:
        """ỹ ≠ y."""
        return self.examples.label != self.examples.truth

    @property
    def flips(self) -> Float[Array, " sample"]:
        """The same as a number, 1 where flipped."""
        return jnp.where(self.flipped, 1.0, 0.0)

    @property
    def kind(self) -> Bool[Array, "kind sample"]:
        """Which samples are clean, which are flipped."""
        return jnp.stack([~self.flipped, self.flipped])

    def by_kind(self, values: Float[Array, " sample"]) -> Float[Array, " kind"]:
        """The mean over the samples of each kind."""
        return jnp.mean(jnp.broadcast_to(values[None], self.kind.shape), axis=1, where=self.kind)
