"""The fields of descriptions: numbers, counts, choices and parts, each with its ``domain``."""

import operator
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from sigspike.foundation.arguments import Described, check_field
from sigspike.foundation.check import Choice, Instance, Maybe, Numbers, Range, Rising, is_number

LARGEST = 2**31 - 1  # of a count: shapes and steps are 32-bit integers in JAX


def precision() -> np.dtype:
    """The type of all numbers: float64 where JAX is asked for it, else float32."""
    return np.dtype(np.float64 if jax.config.jax_enable_x64 else np.float32)  # type: ignore[attr-defined]


def _as_number(value: Any) -> Any:
    """A JAX scalar, also inside a trace: so that numbers are array leaves, and changing one
    recompiles nothing.
    """
    if isinstance(value, Tracer):
        return value.astype(precision()) if is_number(value) else value
    if isinstance(value, jax.Array) and value.dtype == precision() and not value.weak_type:
        return value  # making one takes a tenth of a millisecond, and most are made already
    return as_array(float(value)) if is_number(value) else value


def as_array(value: Any) -> jax.Array:
    """A concrete JAX array of the default precision, also inside a trace."""
    with jax.ensure_compile_time_eval():
        return jnp.asarray(value, dtype=precision())


def _as_given(value: Any) -> Any:
    if isinstance(value, (Tracer, np.ma.MaskedArray)):
        return value
    return as_array(value) if np.asarray(value).dtype.kind in "biuf" else value


def as_count(value: Any) -> Any:
    """A Python integer, where the value is an integer of any kind."""
    return value if value is None or isinstance(value, (bool, np.bool_)) else operator.index(value)


def _as_constant(value: Any) -> Any:
    return (
        value.item()
        if isinstance(value, (np.generic, np.ndarray, jax.Array)) and value.ndim == 0
        else value
    )


def number(
    domain: Range,
    about: str,
    default: Any = MISSING,
    kw_only: bool = False,
    optional: bool = False,
) -> Any:
    """A field that sweeps may vary and differentiate: a scalar array leaf that must lie in
    ``domain``, or None where ``optional``.

    ``about`` is what help and figures call it. Every number is a pure one: lengths are in units of
    their own.
    """
    metadata = {"domain": Maybe(domain) if optional else domain, "about": about}
    return eqx.field(converter=_as_number, metadata=metadata, kw_only=kw_only, **_default(default))


def hidden(domain: Range) -> Any:
    """A number or None that programs set for their own ends: no flag and no axis of its own."""
    metadata = {"domain": Maybe(domain), "hidden": True}
    return eqx.field(converter=_as_number, default=None, kw_only=True, metadata=metadata)


def hidden_count(low: int) -> Any:
    """A static whole number or None that programs set for their own ends: no flag and no axis."""
    metadata = {"domain": Maybe(Range(low, LARGEST, whole=True, plain=True)), "hidden": True}
    return eqx.field(static=True, default=None, kw_only=True, metadata=metadata)


def count(
    about: str,
    low: int = 1,
    default: Any = MISSING,
    high: int = LARGEST,
    kw_only: bool = False,
    optional: bool = False,
) -> Any:
    """A static whole number (a shape or a number of steps), or None where ``optional``; changing it
    compiles anew.
    """
    whole = Range(low, high, whole=True, plain=True)
    metadata = {"domain": Maybe(whole) if optional else whole, "about": about}
    return eqx.field(
        converter=as_count, static=True, metadata=metadata, kw_only=kw_only, **_default(default)
    )


def steps(about: str, default: Any = MISSING) -> Any:
    """A static tuple of steps that rise, or None."""
    metadata = {"domain": Maybe(Rising()), "about": about}
    return eqx.field(static=True, metadata=metadata, **_default(default))


def constant(domain: Range, about: str, default: Any = MISSING) -> Any:
    """A static number that selects code (an exponent); a sweep loops over it."""
    metadata = {"domain": replace(domain, plain=True), "about": about}
    return eqx.field(converter=_as_constant, static=True, metadata=metadata, **_default(default))


def choice(
    *options: str | int, default: Any = MISSING, kw_only: bool = False, otherwise: str = ""
) -> Any:
    """A static field that names one of ``options``; ``otherwise`` says what to do where none of
    them will do.
    """
    domain = Choice(options, otherwise)

    def as_option(value: Any) -> Any:
        return (
            options[options.index(value)] if domain.holds(value := _as_constant(value)) else value
        )

    return eqx.field(
        converter=as_option,
        static=True,
        metadata={"domain": domain},
        kw_only=kw_only,
        **_default(default),
    )


def switch(default: bool, kw_only: bool = False) -> Any:
    """A static field that is on or off."""
    metadata = {"domain": Instance(bool)}
    return eqx.field(
        converter=_as_constant, static=True, metadata=metadata, kw_only=kw_only, default=default
    )


def array() -> Any:
    """A field that holds an array of numbers of the user's; its owner refuses wrong shapes."""
    return eqx.field(converter=_as_given, metadata={"domain": Numbers()})


def part(
    kind: type, default_factory: Callable[[], Any] | None = None, kw_only: bool = False
) -> Any:
    """A field that holds another described object."""
    extra: dict[str, Any] = {} if default_factory is None else {"default_factory": default_factory}
    return eqx.field(metadata={"domain": Instance(kind)}, kw_only=kw_only, **extra)


def _default(default: Any) -> dict[str, Any]:
    return {} if default is MISSING else {"default": default}


Meta: Any = Described  # type checkers read equinox's own


class Checked(eqx.Module, metaclass=Meta):
    """A description: an object of it is made of arguments in the ``domain`` of their fields, or
    refused.
    """

    def __repr__(self) -> str:
        """With its numbers, to six digits; what is as its class has it by default is left out."""
        return eqx.tree_pformat(jax.tree.map(_shown_number, self))

    def check_fields(self) -> None:
        """Refuse the first field that is not in its domain."""
        for field in fields(self):
            check_field(field, getattr(self, field.name))


def _shown_number(leaf: Any) -> Any:
    is_number = eqx.is_array(leaf) and leaf.ndim == 0 and not isinstance(leaf, Tracer)
    return float(f"{float(leaf):.6g}") if is_number else leaf
