"""Refusals at the door: a bad value ends in one sentence with argument, value and remedy."""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax.core import Tracer


class Refusal(ValueError):
    """A value that cannot be used; the message is one sentence for the person who gave it."""


@dataclass(frozen=True)
class Range:
    """The interval a number must lie in.

    ``whole`` asks for an integer value, ``plain`` for a Python number (part of a shape, or of the code).
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    whole: bool = False
    plain: bool = False

    def __str__(self) -> str:
        left = "(" if self.open_low or math.isinf(self.low) else "["
        right = ")" if self.open_high or math.isinf(self.high) else "]"
        low, high = (str(x).replace("inf", "∞") for x in (self.low, self.high))
        return f"{left}{low.removesuffix('.0')}, {high.removesuffix('.0')}{right}"

    def check(self, name: str, value: Any) -> None:
        """Refuse a concrete value outside the interval; a traced one passes (sweeps check before tracing)."""
        if isinstance(value, Tracer):
            return
        kind = "a whole number" if self.whole else "a number"
        if not is_number(value) or (self.plain and not isinstance(value, int if self.whole else (int, float))):
            shown = np.asarray(value).tolist() if isinstance(value, jax.Array) else value
            raise Refusal(f"`{name}` must be {kind} in {self}, got {shown!r}{_remedy(value)}")
        if not self._holds(float(value)):
            raise Refusal(f"`{name}` must be {kind} in {self}, got {np.asarray(value)!s}")

    def _holds(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below and math.isfinite(value) and (not self.whole or value.is_integer())


NONNEGATIVE = Range(low=0)
POSITIVE = Range(low=0, open_low=True)
AT_LEAST_ONE = Range(low=1)
BELOW_ONE = Range(low=0, high=1, open_high=True)
BELOW_HALF = Range(low=0, high=0.5, open_high=True)


@dataclass(frozen=True)
class Choice:
    """One of a few names or numbers."""

    options: tuple[str | int, ...]

    def check(self, name: str, value: Any) -> None:
        if value not in self.options:
            options = ", ".join(map(repr, self.options))
            raise Refusal(f"`{name}` must be one of {options}, got {value!r}{nearest(value, self.options)}")


@dataclass(frozen=True)
class Instance:
    """An object of a given class."""

    kind: type

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, self.kind):
            raise Refusal(f"`{name}` must be a {self.kind.__name__}, got {value!r}")


def is_number(value: Any) -> bool:
    """Whether a value is one real number, of Python, NumPy or JAX."""
    scalar = isinstance(value, (int, float, np.number)) or (
        isinstance(value, (jax.Array, np.ndarray)) and value.ndim == 0
    )
    return scalar and not isinstance(value, bool) and np.asarray(value).dtype.kind in "iuf"


def _remedy(value: Any) -> str:
    return "; for several values, sweep over them" if isinstance(value, (list, tuple, np.ndarray)) else ""


def nearest(name: Any, known: Iterable[Any]) -> str:
    """``"; did you mean 'x'?"``, or nothing where no known name is near."""
    close = difflib.get_close_matches(str(name), list(map(str, known)), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
