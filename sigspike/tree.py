"""Descriptions and records as trees: fields by dotted path, plain dictionaries, named axes."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax.core import Tracer

from sigspike.check import Refusal, nearest

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


def describe(tree: Any) -> Any:
    """A description as plain dictionaries and numbers, each object with its ``type``; a large array by its hash."""
    if is_dataclass(tree):
        return {"type": type(tree).__name__} | {
            f.name: describe(getattr(tree, f.name)) for f in fields(tree) if "hidden" not in f.metadata
        }
    if eqx.is_array_like(tree) and not isinstance(tree, (bool, str)):
        array = np.asarray(tree)
        if array.size <= 16:
            return array.tolist()
        digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
        return {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": digest}
    return list(tree) if isinstance(tree, tuple) else tree


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
