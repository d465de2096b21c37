"""The fields of descriptions: numbers, counts, choices and parts, each checked when an object is made."""

import math
import operator
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from sigspike.check import Choice, Instance, Range, is_number


def _as_number(value: Any) -> Any:
    """A JAX scalar, also inside a trace: so that numbers are array leaves, and changing one recompiles nothing."""
    if isinstance(value, Tracer):
        return value.astype(jnp.result_type(float))
    return as_array(value) if is_number(value) else value


def as_array(value: Any) -> jax.Array:
    """A concrete JAX array of the default precision, also inside a trace."""
    with jax.ensure_compile_time_eval():
        return jnp.asarray(value, dtype=jnp.result_type(float))


def _as_given(value: Any) -> Any:
    return value if isinstance(value, Tracer) or np.asarray(value).dtype.kind not in "biuf" else as_array(value)


def as_count(value: Any) -> Any:
    """A Python integer, where the value is an integer of any kind."""
    try:
        return value if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return value


def _as_constant(value: Any) -> Any:
    return value.item() if isinstance(value, (np.number, np.ndarray, jax.Array)) and value.ndim == 0 else value


def number(domain: Range, about: str, default: Any = MISSING, kw_only: bool = False) -> Any:
    """A field that sweeps may vary and differentiate: a scalar array leaf that must lie in ``domain``.

    ``about`` is what help and figures call it. Every number is a pure one: lengths are in units of their own.
    """
    metadata = {"domain": domain, "about": about}
    return eqx.field(converter=_as_number, metadata=metadata, kw_only=kw_only, **_default(default))


def hidden(domain: Range) -> Any:
    """A number or None that programs set for their own ends: no flag and no axis of its own."""
    return eqx.field(converter=_as_number, default=None, kw_only=True, metadata={"hidden": domain})


def count(about: str, low: int = 1, default: Any = MISSING, high: float = math.inf, kw_only: bool = False) -> Any:
    """A static whole number (a shape or a number of steps); changing it compiles anew."""
    metadata = {"domain": Range(low, high, whole=True, plain=True), "about": about}
    return eqx.field(converter=as_count, static=True, metadata=metadata, kw_only=kw_only, **_default(default))


def constant(domain: Range, about: str, default: Any = MISSING) -> Any:
    """A static number that selects code (an exponent); a sweep loops over it."""
    metadata = {"domain": replace(domain, plain=True), "about": about}
    return eqx.field(converter=_as_constant, static=True, metadata=metadata, **_default(default))


def choice(*options: str | int, default: Any = MISSING, kw_only: bool = False) -> Any:
    """A static field that names one of ``options``."""
    return eqx.field(static=True, metadata={"domain": Choice(options)}, kw_only=kw_only, **_default(default))


def switch(default: bool, kw_only: bool = False) -> Any:
    """A static field that is on or off."""
    return eqx.field(static=True, metadata={"domain": Instance(bool)}, kw_only=kw_only, default=default)


def array() -> Any:
    """A field that holds an array of the user's, where the value can be one; its owner refuses the rest."""
    return eqx.field(converter=_as_given)


def part(kind: type, default_factory: Callable[[], Any] | None = None, kw_only: bool = False) -> Any:
    """A field that holds another described object."""
    extra: dict[str, Any] = {} if default_factory is None else {"default_factory": default_factory}
    return eqx.field(metadata={"domain": Instance(kind)}, kw_only=kw_only, **extra)


def _default(default: Any) -> dict[str, Any]:
    return {} if default is MISSING else {"default": default}


class Checked(eqx.Module):
    """A description whose every field is checked against its own ``domain`` when it is made."""

    def __check_init__(self) -> None:
        self.check_fields()

    def check_fields(self) -> None:
        """Refuse the first field that is not in its domain (a subclass calls it before a check of its own)."""
        for field in fields(self):
            if "domain" in field.metadata:
                field.metadata["domain"].check(field.name, getattr(self, field.name))
