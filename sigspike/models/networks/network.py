"""What a network must say of itself: a first layer, which lives in a space, and a head on it."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from sigspike.foundation.check import AT_LEAST_ONE, NONNEGATIVE
from sigspike.foundation.fields import Checked, choice, count, hidden, number, switch
from sigspike.models.examples import Atoms, Examples
from sigspike.models.frames import Frame, unit_draw

NEURONS = {
    *("upper", "hidden", "answer", "features", "first", "logits"),
    *("neurons", "exists", "masked", "fire", "upper_noise"),
}


def silent(hidden: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a ``hidden`` that is 0, with derivative 0, in the room for more: it needs no mask."""
    hidden.silent = True  # type: ignore[attr-defined]
    return hidden


class Network(Checked):
    """f(x) = Σ_p g(x^(p)) (or the mean over patches): each patch answers on its own.

    The first layer is ``n_signs`` × ``width`` filters, and g is a function of their pre-activations
    on one patch. An atom is therefore answered once, however many samples share it. Every network
    has m = ``width`` filters a class (or in all), initial weights of standard deviation σ_0 =
    ``init_std``, and with ``bias`` one number more a filter, drawn from the same law and shared by
    the patches.

    A ``padded`` network has room for more filters than the m that are ``alive``; m is then a
    number, and one program serves many widths, with the draws that each width has by itself. What
    the room would add is masked wherever neurons are summed, so that no gradient reaches it.
    ``pads`` promises that of the class which says it and of all methods it has by then; a subclass
    that touches the neurons anew has no room until it promises again.
    """

    n_signs: ClassVar[int]
    pads: ClassVar[bool] = False

    width: int = count("filters a class m")
    init_std: float | Float[Array, ""] = number(
        NONNEGATIVE, "standard deviation of the initial weights σ₀", default=0.01
    )
    init: str = choice("gaussian", "uniform", default="gaussian", kw_only=True)
    patches: str = choice("sum", "mean", default="sum", kw_only=True)
    bias: bool = switch(False, kw_only=True)
    alive: float | Float[Array, ""] | None = hidden(AT_LEAST_ONE)

    @abstractmethod
    def upper(self, key: Key[Array, ""]) -> Any:
        """Initial parameters above the first layer, any pytree of arrays."""

    def upper_noise(self, key: Key[Array, ""], upper: Any) -> Any:
        """Independent N(0, 1) numbers for the parameters above the first layer (0 in the room for
        more neurons, of a network that has both).
        """
        leaves, tree = jax.tree.flatten(upper)
        keys = jax.random.split(key, len(leaves) + 1)
        drawn = [
            jax.random.normal(own, leaf.shape, leaf.dtype)
            for own, leaf in zip(keys, leaves, strict=False)
        ]
        return jax.tree.unflatten(tree, drawn)

    @abstractmethod
    def hidden(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        """h: the last layer but one on each patch, from its pre-activations."""

    def answer(
        self, upper: Any, overlaps: Float[Array, "sign neuron *atom"]
    ) -> Float[Array, "*atom"]:
        """g = (1/m) Σ_r (h_{+1,r} − h_{−1,r}): what each patch adds to the logit (one side alone
        counts as +1).
        """
        outputs = self.masked(self.hidden(upper, overlaps)).sum(1)
        sign = jnp.array([-1.0, 1.0])[-outputs.shape[0] :].reshape(-1, *[1] * (outputs.ndim - 1))
        # Its derivative is a product, a slice's is a padding
        return jnp.sum(sign * outputs, axis=0) / self.neurons

    def features(
        self, upper: Any, overlaps: Atoms, examples: Examples
    ) -> Float[Array, "sample feature"]:
        """Σ_p h of every sample, in one row."""
        signal, noise = (self.masked(self.hidden(upper, z)) for z in overlaps)
        total = signal @ examples.membership.T + noise.sum(-1)
        return total.reshape(-1, total.shape[-1]).T

    def first(self, key: Key[Array, ""], frame: Frame) -> Float[Array, "sign neuron coordinate"]:
        """Initial filters w ~ ``init`` law with standard deviation σ_0 per coordinate, a bias as
        one coordinate more.
        """
        key_weights, key_bias = jax.random.split(key)
        rows = frame.weights(key_weights, self.n_filters, self.init)
        if self.bias:
            rows = jnp.concatenate(
                [rows, unit_draw(key_bias, (self.n_filters, 1), self.init)], axis=1
            )
        rows = rows.reshape(self.width, self.n_signs, -1).transpose(1, 0, 2)
        return self.init_std * jnp.where(self.exists[None, :, None], rows, 0)

    def logits(self, upper: Any, overlaps: Atoms, examples: Examples) -> Float[Array, " sample"]:
        """f of every sample: the answer of its signal atom plus those of its noise patches."""
        total = examples.membership @ self.answer(upper, overlaps.signal)
        total = total + self.answer(upper, overlaps.noise).sum(-1)
        return total if self.patches == "sum" else total / examples.n_patches

    @property
    def n_filters(self) -> int:
        return self.n_signs * self.width

    @property
    def neurons(self) -> int | float | Float[Array, ""]:
        """m, also where there is room for more."""
        return self.width if self.alive is None else self.alive

    @property
    def exists(self) -> Bool[Array, " neuron"]:
        """Which of the filters of a class exist."""
        return jnp.arange(self.width) < self.neurons

    def masked(
        self, values: Float[Array, "side neuron *atom"]
    ) -> Float[Array, "side neuron *atom"]:
        """The values of the neurons that exist, and 0 for the room beyond them, also to every
        derivative.
        """
        if self.alive is None or getattr(type(self).hidden, "silent", False):
            return values
        return jnp.where(self.exists.reshape(1, -1, *[1] * (values.ndim - 2)), values, 0)

    @classmethod
    def can_pad(cls) -> bool:
        """Whether room beyond m changes nothing: the class that last touched the neurons, or one
        below it, says so.
        """
        touched = next(kind for kind in cls.__mro__ if NEURONS & vars(kind).keys())
        return cls.pads and any(
            issubclass(kind, touched) for kind in cls.__mro__ if "pads" in vars(kind)
        )

    def padded(self, room: int) -> "Network":
        """The same network with room for ``room`` ≥ m filters a class."""
        return replace(self, width=room, alive=self.neurons)
