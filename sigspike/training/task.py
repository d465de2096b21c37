"""What is learnt in a run: a network on its samples, in a space."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.models.examples import Atoms, Examples, Rows
from sigspike.models.losses import Loss
from sigspike.models.networks import AttentionPooling, Network, Tangent
from sigspike.training.inputs import Mix
from sigspike.training.spaces import Decomposition, Params, Space, in_theory
from sigspike.training.spaces.coefficients import chosen


class Start(eqx.Module):
    """The parameters above the first layer at the start, and the overlaps of all samples: where the
    kernel regime linearises the network.
    """

    upper: Any
    overlaps: Atoms


class Task(eqx.Module):
    """A network on a training set and, where there is one, a clean subset, which no step descends.

    The space holds the training samples and after them the clean ones. In the kernel regime the
    network is replaced by its linearisation at ``start``. ``logits`` and ``features`` are the only
    doors to the network: whoever looks through them sees the regime's own.
    """

    space: Space
    network: Network
    train: Examples
    clean: Examples | None = None
    start: Start | None = None

    @property
    def n_samples(self) -> int:
        """n, without the clean subset."""
        return len(self.train)

    @property
    def training(self) -> Rows:
        """The rows of the training samples."""
        return slice(0, self.n_samples)

    @property
    def cleaning(self) -> Rows:
        """The rows of the clean subset."""
        return slice(self.n_samples, None)

    def examples(self, rows: Rows) -> Examples:
        """These samples, training and clean ones in one list."""
        return (self.train if self.clean is None else self.train.then(self.clean))[rows]

    def logits(
        self, upper: Any, overlaps: Atoms, rows: Rows, mix: Mix | None = None
    ) -> Float[Array, "row *class_"]:
        """f of these samples, from their overlaps, or of mixtures of them."""
        examples = samples = self.examples(rows)
        patches, start = samples.patches(overlaps), self._start(samples, rows)
        if mix is not None:
            patches, examples = mix(patches, samples)
            start = None if start is None else mix(start, samples)[0]
        return self.answer(start).logits(upper, patches, examples)

    def features(self, upper: Any, overlaps: Atoms, rows: Rows) -> Float[Array, "row feature"]:
        """What the last layer sees of them."""
        samples = self.examples(rows)
        network = self.answer(self._start(samples, rows))
        return network.features(upper, samples.patches(overlaps), samples)

    def attention(self, params: Params) -> Float[Array, "sample token"]:
        """What a network with attention pays to each patch of the training samples."""
        assert isinstance(self.network, AttentionPooling)
        patches = self.train.patches(self.space.overlaps(params, self.training))
        return self.network.attention(patches, self.train)

    def _start(self, samples: Examples, rows: Rows) -> Atoms | None:
        """The pre-activations of these samples' patches at the start, in the kernel regime."""
        return None if self.start is None else samples.patches(chosen(self.start.overlaps, rows))

    def answer(self, start: Atoms | None) -> Network | Tangent:
        """The network, or its linearisation where the patches' pre-activations are these."""
        if self.start is None or start is None:
            return self.network
        return Tangent(self.network, self.start.upper, start)

    def losses(self, loss: Loss, upper: Any, overlaps: Atoms, rows: Rows) -> Float[Array, " row"]:
        """ℓ of these samples on their given labels."""
        return loss.of(self.logits(upper, overlaps, rows), self.label[rows])

    @property
    def label(self) -> Float[Array, " sample"]:
        """ỹ of all samples, training and clean ones."""
        if self.clean is None:
            return self.train.label
        return jnp.concatenate([self.train.label, self.clean.label])

    def training_logits(self, params: Params) -> Float[Array, "sample *class_"]:
        """f of all training samples."""
        return self.logits(params.upper, self.space.overlaps(params, self.training), self.training)

    def coefficients(self, params: Params) -> Decomposition:
        """γ and ρ of the training samples."""
        learnt = self.space.learnt(params)
        return in_theory(chosen(learnt, self.training), self.train, self.network.sides)
