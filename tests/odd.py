"""Values that nobody should give, each made from a random generator and known by a name."""

import datetime
import decimal
import fractions
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import sigspike as ss


class Hostile:
    """Breaks whatever is done with it."""

    def _break(self, *_: Any) -> Any:
        raise RuntimeError("hostile\nin two lines")

    __eq__ = __repr__ = __str__ = __index__ = __float__ = __int__ = __len__ = __iter__ = (
        __bool__
    ) = __lt__ = _break
    __array__ = __hash__ = __add__ = __mul__ = _break


class Lying(float):
    """A float that breaks when it is used as one."""

    def __float__(self) -> float:
        raise ZeroDivisionError("no number")

    __repr__ = __eq__ = __le__ = __ge__ = __lt__ = __gt__ = __hash__ = lambda *_: 1 / 0


def _holding(value: Any) -> Any:
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def _structured(_: Any) -> Any:
    return np.zeros(3, dtype=[("a", float), ("b", "U3")])


ODD: dict[str, Callable[[np.random.Generator], Any]] = {
    "None": lambda rng: None,
    "NaN": lambda rng: math.nan,
    "inf": lambda rng: math.inf,
    "-inf": lambda rng: -math.inf,
    "-1": lambda rng: -1,
    "0": lambda rng: 0,
    "a half": lambda rng: 0.5,
    "some float": lambda rng: float(rng.normal() * 10.0 ** rng.integers(-320, 308)),
    "some integer": lambda rng: int(rng.integers(-5, 300)),
    "3.0": lambda rng: 3.0,
    "largest": lambda rng: 2**31 - 1,
    "2**31": lambda rng: 2**31,
    "2**63": lambda rng: 2**63,
    "10**20": lambda rng: 10**20,
    "10**400": lambda rng: 10**400,
    "10**5000": lambda rng: 10**5000,
    "smallest float": lambda rng: 5e-324,
    "complex": lambda rng: 1j,
    "True": lambda rng: True,
    "np.bool": lambda rng: np.bool_(rng.integers(2)),
    "np.int64": lambda rng: np.int64(3),
    "np.uint8": lambda rng: np.uint8(200),
    "np.float16": lambda rng: np.float16(0.3),
    "np.longdouble": lambda rng: np.longdouble("1e400"),
    "decimal": lambda rng: decimal.Decimal("0.3"),
    "fraction": lambda rng: fractions.Fraction(1, 3),
    "word": lambda rng: str(
        rng.choice(["", "weights", "gaussian", "sum", "three", "1", "nan", "ünïcode", "a\nb"])
    ),
    "long word": lambda rng: "x" * 10**6,
    "np.str": lambda rng: np.str_("gaussian"),
    "bytes": lambda rng: b"\x00\xff",
    "date": lambda rng: datetime.date(2026, 1, 1),
    "datetime64": lambda rng: np.datetime64("2026-01-01"),
    "path": lambda rng: Path("/nowhere/\udcff"),
    "list": lambda rng: [0.1, 0.2],
    "ragged list": lambda rng: [1, [2, 3], []],
    "empty list": lambda rng: [],
    "list of itself": lambda rng: (itself := [], itself.append(itself))[0],
    "tuple": lambda rng: (1, 2),
    "tuple of lists": lambda rng: ([1], [2]),
    "set": lambda rng: {1, "a"},
    "dict": lambda rng: {1: 2, "a": 3},
    "dict of parts": lambda rng: {"a": ss.GradientDescent(0.1), "b": ss.PatchCNN(3)},
    "generator": lambda rng: (k for k in range(3)),
    "range": lambda rng: range(3),
    "function": lambda rng: lambda x: x,
    "class": lambda rng: ss.GradientDescent,
    "part": lambda rng: ss.GradientDescent(0.1),
    "other part": lambda rng: ss.PatchCNN(3),
    "module": lambda rng: math,
    "namespace": lambda rng: SimpleNamespace(a=1),
    "object": lambda rng: object(),
    "hostile": lambda rng: Hostile(),
    "lying": lambda rng: Lying(0.3),
    "list of the hostile": lambda rng: [Hostile(), Lying(1)],
    "ellipsis": lambda rng: ...,
    "scalar array": lambda rng: np.array(0.3),
    "whole array": lambda rng: np.array(3),
    "array": lambda rng: rng.random(3),
    "large array": lambda rng: rng.random((50, 50)),
    "images": lambda rng: rng.random((20, 4, 4)),
    "sides": lambda rng: np.where(np.arange(20) % 2, 1, -1),
    "empty array": lambda rng: np.zeros((0, 0)),
    "empty images": lambda rng: np.zeros((20, 0, 4)),
    "array with holes": lambda rng: np.array([[1.0, np.nan], [np.inf, 1.0]]),
    "boolean array": lambda rng: np.ones((2, 2), bool),
    "complex array": lambda rng: np.ones((2, 2), complex),
    "word array": lambda rng: np.array(["a", "b"]),
    "object array": lambda rng: np.array([None, 1, "a"], dtype=object),
    "object scalar": lambda rng: _holding(Hostile()),
    "structured array": _structured,
    "masked scalar": lambda rng: np.ma.masked,
    "masked array": lambda rng: np.ma.array([[1.0, 2.0], [2.0, 1.0]], mask=[[0, 1], [1, 0]]),
    "jax scalar": lambda rng: jnp.asarray(0.3),
    "jax integer": lambda rng: jnp.asarray(3),
    "jax array": lambda rng: jnp.ones((2, 2)),
    "jax booleans": lambda rng: jnp.ones(2, bool),
    "bfloat16": lambda rng: jnp.asarray(0.25, jnp.bfloat16),
    "key": lambda rng: jax.random.key(0),
    "keys": lambda rng: jax.random.split(jax.random.key(0), 3),
    "old key": lambda rng: jax.random.PRNGKey(0),
    "shape": lambda rng: jax.ShapeDtypeStruct((), jnp.float32),
}
PLAIN = {
    name
    for name in ODD
    if name not in ("hostile", "lying", "list of the hostile", "long word", "object scalar")
}


def odd(rng: np.random.Generator) -> tuple[str, Any]:
    """One of them, and its name."""
    name = list(ODD)[rng.integers(len(ODD))]
    return name, ODD[name](rng)
