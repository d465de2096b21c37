"""What an activation must say of itself: its formula, and whether it is silent at 0."""

from abc import abstractmethod
from dataclasses import fields
from typing import Any

from jaxtyping import Array, Float

from sigspike.foundation.check import is_number, shown
from sigspike.foundation.fields import Checked


class Activation(Checked):
    """σ, which makes of a neuron's pre-activation z what the neuron answers; one number at a time.

    NaN must stay NaN: a diverged neuron must not pass for a silent one. A network may evaluate σ
    at any z, so both branches of a ``where`` must be finite, with all their derivatives.
    """

    @abstractmethod
    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        """σ(z)."""

    @property
    def silent(self) -> bool:
        """A promise that σ(0) = 0 and σ'(0) = 0: a padded network then needs no mask.

        An activation that promises nothing is masked.
        """
        return False

    def __str__(self) -> str:
        """As it is written in code: ``ReLUPower(2)``."""
        values = (getattr(self, field.name) for field in fields(self))
        return f"{type(self).__name__}({', '.join(map(_written, values))})"


def _written(value: Any) -> str:
    """A number in a few digits: a float32 0.1 is 0.1."""
    try:
        return f"{float(value):g}" if is_number(value) else shown(value)
    except TypeError:  # a traced number has no value
        return shown(value)
