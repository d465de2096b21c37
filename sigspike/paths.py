"""Fields of nested descriptions by their dotted paths: got, put, and what moves with them."""

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any

import jax
from jax.core import Tracer

from sigspike.check import Refusal, nearest


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
