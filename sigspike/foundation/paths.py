"""Fields of nested descriptions by their dotted paths: got, put, and what moves with them."""

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any

import jax
from jax.core import Tracer

from sigspike.foundation.check import Refusal, enumerated, nearest
from sigspike.foundation.short_paths import every_path, full_path, names_of


def get(tree: Any, path: str) -> Any:
    """The value at a dotted path, short or full: ``get(experiment, "noise_std")``."""
    return _at(tree, full_path(tree, path))


def put(tree: Any, path: str, value: Any) -> Any:
    """A copy with another value at a path, short or full; every object on the way is made, and
    checked, anew.

    A derived quantity (``problem.snr``) is put by its owner's ``with_…`` method.
    """
    return put_all(tree, {full_path(tree, path): value})


def put_all(tree: Any, values: Mapping[str, Any], within: str = "") -> Any:
    """A copy with several fields replaced at once, by their full paths, in any order.

    A part goes in before the fields inside it, and an owner's plain fields before its derived
    quantities, which are put through them. Each owner is made once, so only the finished object
    need be one that its class allows.
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
    """The fields that move when a full path is put: its own, or those that a derived one is put
    through.

    Read by tracing: what ``with_…`` leaves alone does not become a traced value.
    """
    if not is_derived(tree, path):
        return frozenset({path})
    owner, name = owner_of(tree, path)
    parent = path.removesuffix(name).rstrip(".")
    moving: set[str] = set()
    jax.eval_shape(
        lambda value: moving.update(_traced(getattr(owner, f"with_{name}")(value), parent)), 0.5
    )
    return frozenset(moving)


def _traced(tree: Any, path: str) -> Iterator[str]:
    """The paths of the traced values in a description at ``path``."""
    if is_dataclass(tree):
        for field in fields(tree):
            yield from _traced(
                getattr(tree, field.name), f"{path}.{field.name}" if path else field.name
            )
    elif isinstance(tree, Tracer):
        yield path


def owner_of(tree: Any, path: str) -> tuple[Any, str]:
    """The object that has what is at a full path, and the name by which it has it."""
    parent, _, name = path.rpartition(".")
    owner = _at(tree, parent) if parent else tree
    return owner, _known(owner, name, path)


def is_derived(tree: Any, path: str) -> bool:
    """Whether a full path names a quantity that is put through other fields."""
    owner, name = owner_of(tree, path)
    return hasattr(type(owner), f"with_{name}")


def about(tree: Any, path: str) -> str:
    """What figures call the field at a full path: its words, or how a derived quantity's docstring
    begins.
    """
    owner, name = owner_of(tree, path)
    if is_derived(owner, name):
        return (getattr(type(owner), name).__doc__ or "").partition("\n")[0].rstrip(".")
    return owner.__dataclass_fields__[name].metadata.get("about", name.replace("_", " "))


def field_at(tree: Any, path: str) -> Field:
    """The dataclass field at a full path, which is no derived quantity."""
    owner, name = owner_of(tree, path)
    return owner.__dataclass_fields__[name]


def _at(tree: Any, path: str) -> Any:
    for name in path.split("."):
        tree = getattr(tree, _known(tree, name, path))
    return tree


def _known(tree: Any, name: str, path: str) -> str:
    names = names_of(tree)
    if name not in names:
        where, first = type(tree).__name__, path.partition(".")[0] == name
        near = [full.rpartition(".")[2] for full in every_path(tree)] if first else names
        raise Refusal(
            f"`{path}` names no field: {where} has {enumerated(names)}, "
            f"not {name!r}{nearest(name, near)}"
        )
    return name
