"""The description of an object: plain dictionaries and numbers that tell it from every other."""

import hashlib
import math
from dataclasses import Field, fields, is_dataclass
from enum import Enum
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from sigspike.foundation.check import Refusal
from sigspike.foundation.code import code_of, is_importable, is_library, name_of


def describe(tree: Any, path: str = "it") -> Any:
    """A description as plain dictionaries and numbers, each object with its ``type``; a large array
    by its hash.

    A class or function that is not sigspike's own (or a library's) is described by its ``code``
    too: one that was edited under its name is another.
    """
    if tree is None or isinstance(tree, (bool, int, str)):
        return tree
    if isinstance(tree, float):
        return tree if math.isfinite(tree) else str(tree)
    if isinstance(tree, dict):
        return {str(key): describe(value, f"{path}.{key}") for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [describe(value, f"{path}.{place}") for place, value in enumerate(tree)]
    if isinstance(tree, (set, frozenset)):
        return sorted((describe(value, path) for value in tree), key=str)
    if eqx.is_array_like(tree):
        return _describe_array(tree)
    if is_dataclass(tree) and not isinstance(tree, type):
        named = {f.name: getattr(tree, f.name) for f in fields(tree)}
        shown = {
            f.name: value
            for f, value in zip(fields(tree), named.values(), strict=True)
            if _is_shown(f, value)
        }
        return _describe_object(tree, shown, path)
    if isinstance(tree, Enum):
        return str(tree)
    if callable(tree) and (hasattr(tree, "__qualname__") or isinstance(tree, partial)):
        known = is_library(tree) and is_importable(tree)
        return {"function": name_of(tree)} | ({} if known else {"code": code_of(tree)})
    if hasattr(tree, "__dict__"):
        return _describe_object(tree, vars(tree), path)
    if " at 0x" in repr(tree):
        raise Refusal(
            f"`{path}` must be made of numbers, names, arrays and dataclasses, got {tree!r}"
        )
    return repr(tree)


def _describe_object(thing: Any, named: dict[str, Any], path: str) -> dict[str, Any]:
    kind = type(thing)
    own = {"type": kind.__name__} | ({} if is_library(kind) else {"code": code_of(kind)})
    return own | {
        f"field {n}" if n in own else n: describe(value, f"{path}.{n}")
        for n, value in named.items()
    }


def _describe_array(array: Any) -> Any:
    if isinstance(array, jax.Array) and jnp.issubdtype(array.dtype, jax.dtypes.prng_key):
        return {
            "prng": str(jax.random.key_impl(array)),
            "key": describe(jax.random.key_data(array)),
        }
    values = np.asarray(array)
    if values.size <= 16 and values.dtype.kind in "biuf":
        return describe(values.tolist())
    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
    return {"shape": list(values.shape), "dtype": str(values.dtype), "sha256": digest}


def _is_shown(field: Field, value: Any) -> bool:
    return "hidden" not in field.metadata or value is not None
