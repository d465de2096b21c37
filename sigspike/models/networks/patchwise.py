"""Networks that answer patch by patch."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.fields import choice
from sigspike.models.examples import Atoms, Examples
from sigspike.models.networks.network import Network


def silent(hidden: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a ``hidden`` that is 0, with derivative 0, in the room for more: it needs no mask."""
    hidden.silent = True  # type: ignore[attr-defined]
    return hidden


class PatchwiseNetwork(Network):
    """f(x) = Σ_p g(x^(p)) (or the mean over patches): each patch answers on its own.

    g is a function of the pre-activations on one patch. A shared patch is therefore answered once,
    however many samples hold it.
    """

    patches: str = choice("sum", "mean", default="sum", kw_only=True)

    @abstractmethod
    def hidden(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        """h: the last layer but one on each patch, from its pre-activations."""

    def answer(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "*atom_class"]:
        """g = (1/m) Σ_r (h_{+1,r} − h_{−1,r}): what each patch adds to the logit (one side alone
        counts as +1). Of K ≥ 3 classes, (1/m) Σ_r h_{k,r} for each along a last axis.
        """
        outputs = self.masked(self.hidden(upper, overlaps)).sum(1)
        if self.n_classes > 2:
            return jnp.moveaxis(outputs, 0, -1) / self.neurons
        sign = jnp.array([-1.0, 1.0])[-outputs.shape[0] :].reshape(-1, *[1] * (outputs.ndim - 1))
        # Its derivative is a product, a slice's is a padding
        return jnp.sum(sign * outputs, axis=0) / self.neurons

    def features(
        self, upper: Any, patches: Atoms, examples: Examples
    ) -> Float[Array, "sample feature"]:
        """Σ_p h of every sample, in one row."""
        shared, own = (self.masked(self.hidden(upper, z)) for z in patches)
        total = examples.held(jnp.moveaxis(shared, -1, 0)) + jnp.moveaxis(own.sum(-1), -1, 0)
        return total.reshape(len(total), -1)

    def logits(
        self, upper: Any, patches: Atoms, examples: Examples
    ) -> Float[Array, "sample *class_"]:
        """f of every sample: the answers of its shared patches plus those of its own ones."""
        total = examples.held(self.answer(upper, patches.signal))
        total = total + self.answer(upper, patches.noise).sum(1)
        return total if self.patches == "sum" else total / examples.n_patches

    def masked(
        self, values: Float[Array, "side neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        """The values of the neurons that exist, and 0 for the room beyond them, also to every
        derivative.
        """
        if self.alive is None or getattr(type(self).hidden, "silent", False):
            return values
        return jnp.where(self.exists.reshape(1, -1, *[1] * (values.ndim - 2)), values, 0)
