"""Refusals: a bad value ends in one sentence with argument, value and remedy."""

import difflib
import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

SHOWN = 80  # characters of a value in a message
WORD = 100  # characters of a name that may have been misspelt
NAMES = 160  # characters of a list of names


class Refusal(ValueError):
    """A value that cannot be used; the message is one sentence for the person who gave it."""


class Domain(ABC):
    """What a value must be."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What must be given, after "must be"."""

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether a value is one; it may raise whatever an odd value raises when looked at."""

    def remedy(self, value: Any) -> str:
        """What the person can do about a value that is none, after a semicolon."""
        return ""

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that is none."""
        try:
            fits = self.holds(value)
        except Exception:  # a value that breaks when it is looked at fits nowhere
            fits = False
        if not fits:
            raise Refusal(f"`{name}` must be {self.words}, got {shown(value)}{self.remedy(value)}")


@dataclass(frozen=True)
class Range(Domain):
    """The interval a number must lie in; a traced one may lie anywhere (sweeps check before
    tracing).

    ``whole`` asks for an integer value, ``plain`` for a Python number (part of a shape, or of the
    code).
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

    @property
    def words(self) -> str:
        return f"{'a whole number' if self.whole else 'a number'} in {self}"

    def holds(self, value: Any) -> bool:
        if not is_number(value) or (
            self.plain and not isinstance(value, int if self.whole else (int, float))
        ):
            return False
        return isinstance(value, Tracer) or self._inside(float(value))

    def remedy(self, value: Any) -> str:
        if isinstance(value, Tracer):
            return "; it is part of a shape or of the code, and cannot be traced"
        several = isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim)
        return "; for several values, sweep over them" if several else ""

    def _inside(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below and math.isfinite(value) and (not self.whole or value.is_integer())


NONNEGATIVE = Range(low=0)
POSITIVE = Range(low=0, open_low=True)
AT_LEAST_ONE = Range(low=1)
BELOW_ONE = Range(low=0, high=1, open_high=True)
BELOW_HALF = Range(low=0, high=0.5, open_high=True)


@dataclass(frozen=True)
class Choice(Domain):
    """One of a few names or numbers. ``otherwise``: what to do where none of them will do."""

    options: tuple[str | int, ...]
    otherwise: str = ""

    @property
    def words(self) -> str:
        return f"one of {', '.join(map(repr, self.options))}"

    def holds(self, value: Any) -> bool:
        named = isinstance(value, (str, int, float)) and not isinstance(value, bool)
        return named and value in self.options

    def remedy(self, value: Any) -> str:
        near = nearest(value, self.options) if isinstance(value, str) else ""
        return near or (f"; {self.otherwise}" if self.otherwise else "")


@dataclass(frozen=True)
class Instance(Domain):
    """An object of a given class."""

    kind: type

    @property
    def words(self) -> str:
        if self.kind is bool:
            return "True or False"
        return f"{'an' if self.kind.__name__[0] in 'AEIOU' else 'a'} {self.kind.__name__}"

    def holds(self, value: Any) -> bool:
        return isinstance(value, self.kind)

    def remedy(self, value: Any) -> str:
        maker = getattr(value, "makes", value)
        if isinstance(maker, type) and issubclass(maker, self.kind):
            return f"; make one, {value.__name__}(…)"
        names = [kind.__name__ for kind in self.kind.__subclasses__()]
        return f"; make one of {enumerated(names)}" if isinstance(value, str) and names else ""


@dataclass(frozen=True)
class Numbers(Domain):
    """A JAX array of real numbers, of any shape."""

    @property
    def words(self) -> str:
        return "an array of numbers"

    def holds(self, value: Any) -> bool:
        return isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, np.floating)

    def remedy(self, value: Any) -> str:
        return "; fill what is masked" if isinstance(value, np.ma.MaskedArray) else ""


@dataclass(frozen=True)
class Rising(Domain):
    """A tuple of whole numbers from ``low`` on that rise, ``of`` what; an ``empty`` one too."""

    of: str = "steps"
    low: int = 0
    empty: bool = False

    @property
    def words(self) -> str:
        return f"a tuple of {self.of} from {self.low} on that rise"

    def holds(self, value: Any) -> bool:
        if not isinstance(value, tuple) or not all(type(step) is int for step in value):
            return False
        return (
            self.empty
            if not value
            else value[0] >= self.low and all(a < b for a, b in itertools.pairwise(value))
        )


@dataclass(frozen=True)
class Maybe(Domain):
    """None, or what another domain asks for."""

    domain: Domain

    @property
    def words(self) -> str:
        return f"{self.domain.words}, or None"

    def holds(self, value: Any) -> bool:
        return value is None or self.domain.holds(value)

    def remedy(self, value: Any) -> str:
        return self.domain.remedy(value)


def is_number(value: Any) -> bool:
    """Whether a value is one real number, of Python, NumPy or JAX, traced or not."""
    if isinstance(value, (int, float)):
        return not isinstance(value, bool)
    if not isinstance(value, (np.number, np.ndarray, jax.Array)) or isinstance(
        value, np.ma.MaskedArray
    ):
        return False
    return value.ndim == 0 and any(
        jnp.issubdtype(value.dtype, kind) for kind in (np.floating, np.integer)
    )


def enumerated(names: Iterable[Any], nothing: str = "none") -> str:
    """Names in one short line: as many of them as a message has room for."""
    return shorten(", ".join(map(str, names)) or nothing, NAMES, placeholder=" …")


def shown(value: Any) -> str:
    """A value in one short line, whatever it is."""
    try:
        if isinstance(value, (np.ndarray, jax.Array)) and not isinstance(
            value, (Tracer, np.ma.MaskedArray)
        ):
            # Keys have none
            small = value.size <= 16 and getattr(value.dtype, "kind", "V") in "biufU"
            if not small:
                text = f"an array of {value.dtype} of shape {value.shape}"
            else:
                text = (
                    str(np.asarray(value)) if value.ndim == 0 else repr(np.asarray(value).tolist())
                )
        else:
            text = " ".join(repr(value).split())
    except Exception:  # what cannot even say what it is
        text = f"a value of type {type(value).__name__} that cannot be shown"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def nearest(name: Any, known: Iterable[Any]) -> str:
    """``"; did you mean 'x'?"``, or nothing where no known name is near."""
    close = difflib.get_close_matches(str(name)[:WORD], list(map(str, known)), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
