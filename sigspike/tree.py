"""Descriptions and records as trees: fields by dotted path, plain dictionaries, named axes."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax.core import Tracer

from sigspike.check import Refusal, nearest
from sigspike.code import code_of, is_importable, is_library, name_of

AXES = {"sign": np.array([-1, 1]), "kind": np.array(["clean", "flipped"], dtype=object)}


def get(tree: Any, path: str) -> Any:
    """The value at a dotted path: ``get(experiment, "problem.noise_std")``."""
    for name in path.split("."):
        tree = getattr(tree, _known(tree, name, path))
    return tree


def put(tree: Any, path: str, value: Any) -> Any:
    """A copy with the field at ``path`` replaced; every object on the way is made, and so checked, anew.

    A derived quantity (``problem.snr``) is put by its owner's ``with_…`` method.
    """
    return put_all(tree, {path: value})


def put_all(tree: Any, values: Mapping[str, Any], within: str = "") -> Any:
    """A copy with several fields replaced at once, in whatever order they are given.

    A part goes in before the fields inside it, and an owner's plain fields before its derived quantities, which are
    put through them. Each owner is made once, so only the finished object need be one that its class allows.
    """
    plain: dict[str, Any] = {}
    derived: dict[str, Any] = {}
    below: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        name, _, rest = path.partition(".")
        _known(tree, name, within + path)
        if rest:
            below.setdefault(name, {})[rest] = value
        else:
            (derived if is_derived(tree, name) else plain)[name] = value
    for name, inside in below.items():
        plain[name] = put_all(plain.get(name, getattr(tree, name)), inside, f"{within}{name}.")
    tree = replace(tree, **plain) if plain else tree
    for name, value in derived.items():
        tree = getattr(tree, f"with_{name}")(value)
    return tree


def moved(tree: Any, path: str) -> frozenset[str]:
    """The paths of the fields that move when ``path`` is put: itself, or those that a derived quantity is put through.

    Read by tracing: what ``with_…`` leaves alone does not become a traced value.
    """
    parent, _, name = path.rpartition(".")
    owner = get(tree, parent) if parent else tree
    if not is_derived(owner, _known(owner, name, path)):
        return frozenset({path})
    found: set[str] = set()
    jax.eval_shape(lambda value: found.update(_traced(getattr(owner, f"with_{name}")(value), parent)), 0.5)
    return frozenset(found)


def _traced(tree: Any, path: str) -> Iterator[str]:
    """The paths of the traced values in a description at ``path``."""
    if is_dataclass(tree):
        for field in fields(tree):
            yield from _traced(getattr(tree, field.name), f"{path}.{field.name}" if path else field.name)
    elif isinstance(tree, Tracer):
        yield path


def is_derived(tree: Any, path: str) -> bool:
    """Whether ``path`` names a quantity that is put through other fields."""
    parent, _, name = path.rpartition(".")
    return hasattr(type(get(tree, parent) if parent else tree), f"with_{name}")


def about(tree: Any, path: str) -> str:
    """What figures call the field at ``path``: its own words, or the first line of a derived quantity's docstring."""
    parent, _, name = path.rpartition(".")
    owner = get(tree, parent) if parent else tree
    if is_derived(owner, _known(owner, name, path)):
        return (getattr(type(owner), name).__doc__ or "").partition("\n")[0].rstrip(".")
    return owner.__dataclass_fields__[name].metadata.get("about", name.replace("_", " "))


def _known(tree: Any, name: str, path: str) -> str:
    names = [field.name for field in fields(tree)] if is_dataclass(tree) else []
    names += [entry.removeprefix("with_") for entry in dir(type(tree)) if entry.startswith("with_")]
    if name not in names:
        where = type(tree).__name__
        raise Refusal(
            f"`{path}` names no field: {where} has {', '.join(names) or 'none'}, not {name!r}{nearest(name, names)}"
        )
    return name


def field_at(tree: Any, path: str) -> Field:
    """The dataclass field at ``path``, which is no derived quantity."""
    parent, _, name = path.rpartition(".")
    owner = get(tree, parent) if parent else tree
    return owner.__dataclass_fields__[_known(owner, name, path)]


def describe(tree: Any, path: str = "it") -> Any:
    """A description as plain dictionaries and numbers, each object with its ``type``; a large array by its hash.

    A class or function that is not sigspike's own (or a library's) is described by its ``code`` too: one that was
    edited under its name is another.
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
        shown = {f.name: value for f, value in zip(fields(tree), named.values(), strict=True) if _is_shown(f, value)}
        return _describe_object(tree, shown, path)
    if isinstance(tree, Enum):
        return str(tree)
    if callable(tree) and (hasattr(tree, "__qualname__") or isinstance(tree, partial)):
        known = is_library(tree) and is_importable(tree)
        return {"function": name_of(tree)} | ({} if known else {"code": code_of(tree)})
    if hasattr(tree, "__dict__"):
        return _describe_object(tree, vars(tree), path)
    if " at 0x" in repr(tree):
        raise Refusal(f"`{path}` must be made of numbers, names, arrays and dataclasses, got {tree!r}")
    return repr(tree)


def _describe_object(thing: Any, named: dict[str, Any], path: str) -> dict[str, Any]:
    kind = type(thing)
    own = {"type": kind.__name__} | ({} if is_library(kind) else {"code": code_of(kind)})
    return own | {f"field {n}" if n in own else n: describe(value, f"{path}.{n}") for n, value in named.items()}


def _describe_array(array: Any) -> Any:
    if isinstance(array, jax.Array) and jnp.issubdtype(array.dtype, jax.dtypes.prng_key):
        return {"prng": str(jax.random.key_impl(array)), "key": describe(jax.random.key_data(array))}
    values = np.asarray(array)
    if values.size <= 16 and values.dtype.kind in "biuf":
        return describe(values.tolist())
    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
    return {"shape": list(values.shape), "dtype": str(values.dtype), "sha256": digest}


def _is_shown(field: Field, value: Any) -> bool:
    return "hidden" not in field.metadata or value is not None


def finite(value: Any) -> Any:
    """None in place of a float that is not finite, in dictionaries and lists too: JSON has no NaN."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def named_axes(record: Any, leading: tuple[str, ...] = ("time",)) -> xr.Dataset:
    """A record as a labelled dataset.

    A field declares the axes of one moment (``gamma: Float[Array, "sign neuron"]``); every transform that put an
    axis in front of them is named in ``leading``, outermost first. A starred axis (``*patch``) is there or not.
    The sign axis is labelled −1, +1 (a first layer shared by both classes has one entry, and counts as +1).
    """
    variables = {
        name: (dims, np.asarray(getattr(record, name)), attrs) for name, dims, attrs in record_axes(record, leading)
    }
    dataset = xr.Dataset(variables)
    labels = {axis: AXES[axis][-dataset.sizes[axis] :] for axis in AXES if axis in dataset.sizes}
    dataset = dataset.assign_coords(labels)
    if "time" in leading and "step" in dataset:
        return dataset.assign_coords(
            time=dataset["step"].isel({a: 0 for a in leading if a != "time"}).values
        ).drop_vars("step")
    return dataset


def record_axes(record: Any, leading: tuple[str, ...]) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Name, dimensions and attributes of every field of a record (of arrays, or of their shapes)."""
    found = []
    for field in fields(record):
        dims = (*leading, *axis_names(field))[: getattr(record, field.name).ndim]
        found.append((field.name, dims, dict(field.metadata.get("attrs", {}))))
    return found


def axis_names(field: Field) -> list[str]:
    """The axes that a record's field declares."""
    return [axis.lstrip("*") for axis in getattr(field.type, "dim_str").split()]  # noqa: B009 (jaxtyping's attribute)


def all_finite(tree: Any) -> jax.Array:
    """Whether every number in a tree of arrays is finite.

    Sums over the first two axes come first: a sum is finite only if its terms are, and XLA's CPU code is 20 times
    slower at reducing booleans.
    """
    sums = [jnp.sum(leaf, axis=tuple(range(leaf.ndim))[:2]) for leaf in jax.tree.leaves(tree)]
    return jnp.stack([jnp.all(jnp.isfinite(total)) for total in sums]).all()
