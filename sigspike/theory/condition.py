"""Conditions of a theorem: what it assumes, and inequalities with an explicit constant."""

import math
from dataclasses import dataclass

from sigspike.theory.scales import divide

BEYOND = "numbers within double precision"


@dataclass(frozen=True)
class Hypothesis:
    """Something that a theorem takes for granted (an activation, a law of the labels); without it,
    it says nothing.
    """

    name: str
    needed: str
    found: str
    holds: bool


@dataclass(frozen=True)
class Condition:
    """C · ``smaller`` ≤ ``larger``, in whichever way the paper writes it.

    ``formula`` is the paper's own form. A Θ(1) of a paper is a band, with our constant in
    ``formula``.
    """

    name: str
    formula: str
    smaller: float
    larger: float
    source: str

    def __post_init__(self) -> None:
        for side in ("smaller", "larger"):
            object.__setattr__(self, side, float(getattr(self, side)))

    @property
    def ratio(self) -> float:
        """``larger`` / ``smaller``."""
        return divide(self.larger, self.smaller)

    @property
    def largest_constant(self) -> float:
        """The largest C for which it holds: the ratio, since C stands on one side and to the first
        power.
        """
        return self.ratio

    def holds(self, constant: float = 1.0) -> bool:
        """Whether it holds at C (never where a side is not a number)."""
        return bool(constant <= self.ratio)


@dataclass(frozen=True)
class Prediction:
    """A number that a theorem or lemma predicts: a time in steps, a bound, a level.

    ``relation`` is ``"Θ"`` (an order: the printed expression with constant 1), ``"→"`` (a level),
    ``"≤"`` or ``"≥"``. ``missing`` names the hypothesis without which the expression means nothing;
    then ``value`` is NaN. ``ours`` says which constant is ours.
    """

    name: str
    relation: str
    value: float
    formula: str
    source: str
    ours: str = ""
    missing: str = ""

    def __post_init__(self) -> None:
        if not self.missing and math.isnan(self.value):
            object.__setattr__(self, "missing", BEYOND)
        object.__setattr__(self, "value", math.nan if self.missing else float(self.value))
