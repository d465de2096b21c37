"""A feature of a data model with several."""

from typing import ClassVar

from jaxtyping import Array, Float

from sigspike.foundation.check import NONNEGATIVE, Range
from sigspike.foundation.fields import Checked, number

SHARE = Range(low=0, high=1)


class Slot(Checked):
    """A place for a feature."""

    filled: ClassVar[bool]


class NoFeature(Slot):
    """An empty place."""

    filled: ClassVar[bool] = False


class Feature(Slot):
    """s μ_l with ‖μ_l‖ = ``strength`` · ‖μ‖, in a sample with probability ``presence``; its sign is
    s = y with probability ``agreement``, else −y.

    Weak and strong features differ by their strength, rare and common ones by their presence, and a
    spurious one agrees with the label less often than a core feature.
    """

    filled: ClassVar[bool] = True

    strength: float | Float[Array, ""] = number(NONNEGATIVE, "strength over ‖μ‖", default=1.0)
    presence: float | Float[Array, ""] = number(SHARE, "probability to be there", default=1.0)
    agreement: float | Float[Array, ""] = number(SHARE, "probability of s = y", default=1.0)
