"""What a network must say of itself: a first layer, which lives in a space, and a head on it."""

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from sigspike.foundation.check import AT_LEAST_ONE, NONNEGATIVE
from sigspike.foundation.fields import (
    Checked,
    choice,
    count,
    hidden,
    hidden_count,
    number,
    switch,
)
from sigspike.models import labels
from sigspike.models.examples import Atoms, Examples
from sigspike.models.frames import Frame, unit_draw

NEURONS = {
    *("upper", "hidden", "answer", "features", "first", "logits"),
    *("neurons", "exists", "masked", "fire", "upper_noise"),
}


class Network(Checked):
    """f(x), a function of the pre-activations ⟨w, x^(p)⟩ of all filters on all patches.

    The first layer is a bank of m = ``width`` filters for each class (``n_signs`` = 2) or one for
    all (1), with initial weights of standard deviation σ_0 = ``init_std``, and with ``bias`` one
    number more a filter, drawn from the same law and shared by the patches. For K ≥ 3 classes (see
    ``among``) there are K banks instead of two, and K logits F_k instead of f = F₊₁ − F₋₁.

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
    bias: bool = switch(False, kw_only=True)
    alive: float | Float[Array, ""] | None = hidden(AT_LEAST_ONE)
    several: int | None = hidden_count(3)

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
    def logits(
        self, upper: Any, patches: Atoms, examples: Examples
    ) -> Float[Array, "sample *class_"]:
        """f of every sample, from the pre-activations of its patches."""

    @abstractmethod
    def features(
        self, upper: Any, patches: Atoms, examples: Examples
    ) -> Float[Array, "sample feature"]:
        """What the last layer sees of every sample, in one row."""

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
        rows = rows.reshape(self.width, self.n_banks, -1).transpose(1, 0, 2)
        return self.init_std * jnp.where(self.exists[None, :, None], rows, 0)

    @property
    def n_classes(self) -> int:
        """K."""
        return self.several or 2

    @property
    def n_banks(self) -> int:
        """Banks of the first layer: one for each class, or one for all."""
        return self.n_classes if self.n_signs == 2 else 1

    @property
    def sides(self) -> Float[Array, " bank"]:
        """The label of the class for which each bank speaks."""
        return labels.sides(self.n_banks, self.n_classes)

    @property
    def n_filters(self) -> int:
        return self.n_banks * self.width

    @property
    def neurons(self) -> int | float | Float[Array, ""]:
        """m, also where there is room for more."""
        return self.width if self.alive is None else self.alive

    @property
    def exists(self) -> Bool[Array, " neuron"]:
        """Which of the filters of a class exist."""
        return jnp.arange(self.width) < self.neurons

    @classmethod
    def can_pad(cls) -> bool:
        """Whether room beyond m changes nothing: the class that last touched the neurons, or one
        below it, says so.
        """
        touched = next(kind for kind in cls.__mro__ if NEURONS & vars(kind).keys())
        return cls.pads and any(
            issubclass(kind, touched) for kind in cls.__mro__ if "pads" in vars(kind)
        )

    @property
    def frozen(self) -> bool:
        """Whether a part of the first layer is not trained."""
        return False

    @property
    def measures(self) -> tuple[str, ...]:
        """The records that this network has of its own."""
        return ()

    def check_with(self, n_classes: int, n_patches: int, n_signals: int) -> None:
        """Refuse a problem on which this network means nothing, by its classes, the patches of a
        sample, and its signals.
        """

    def among(self, n_classes: int) -> "Network":
        """The same network for as many classes."""
        several = n_classes if n_classes > 2 else None
        return self if several == self.several else replace(self, several=several)

    def padded(self, room: int) -> "Network":
        """The same network with room for ``room`` ≥ m filters a class."""
        return replace(self, width=room, alive=self.neurons)
