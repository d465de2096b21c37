"""Short paths: the end of a path, from a dot on, where one field alone has that end."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from sigspike.foundation.check import Refusal, shown

NOTHING: Mapping[str, Any] = {}


def names_of(owner: Any) -> list[str]:
    """The fields of an object, and the derived quantities that its ``with_…`` methods put."""
    own = [field.name for field in fields(owner)] if is_dataclass(owner) else []
    return list(dict.fromkeys([*own, *_derived(type(owner))]))


@cache
def _derived(kind: type) -> list[str]:
    return [entry.removeprefix("with_") for entry in dir(kind) if entry.startswith("with_")]


def every_path(owner: Any, instead: Mapping[str, Any] = NOTHING, before: str = "") -> Iterator[str]:
    """The full path of all in an object but hidden fields, as if ``instead[path]`` stood at some
    paths.
    """
    known = getattr(owner, "__dataclass_fields__", {})
    for name in names_of(owner):
        path = before + name
        if name in known and "hidden" in known[name].metadata:
            continue
        yield path
        if name in known:
            value = instead[path] if path in instead else getattr(owner, name)
            if is_dataclass(value) and not isinstance(value, type):
                yield from every_path(value, instead, f"{path}.")


def fitting(path: str, known: Collection[str]) -> list[str]:
    """The known full paths that a path can mean: itself alone if it is one, else all that end in
    it.
    """
    return [path] if path in known else [full for full in known if full.endswith(f".{path}")]


def meant(path: str, known: Collection[str]) -> str:
    """The one of the known full paths that a path means; refused where it can mean several.

    Of an unknown path the owner alone is written in full, so that its refusal can say what it has.
    """
    meanings = fitting(path, known)
    if len(meanings) > 1:
        raise several(path, meanings)
    if meanings:
        return meanings[0]
    owner, _, name = path.rpartition(".")
    return f"{meant(owner, known)}.{name}" if owner else path


def several(path: str, meanings: Collection[str]) -> Refusal:
    """The refusal of a path that can mean several."""
    names = " and of ".join(meanings)
    return Refusal(
        f"`{path}` must name one field, got a name of {names}; write one of them in full"
    )


def full_path(owner: Any, path: str) -> str:
    """The full path of what a path means in an object."""
    if not isinstance(path, str):
        raise Refusal(f"`path` must be text, such as 'problem.snr', got {shown(path)}")
    return meant(path, list(every_path(owner)))
