"""The arguments of a described class: named, read and checked before an object is made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

import equinox as eqx

from sigspike.foundation.check import Refusal, enumerated, nearest, shown

Kind = TypeVar("Kind")
LONGEST = 40  # of an unknown name in a message
ModuleMeta: Any = type(eqx.Module)


class Described(ModuleMeta):
    """Makes objects of a class from arguments that fit its fields, and refuses all others in one
    sentence each.

    A field's ``converter`` makes of the argument what is kept, its ``domain`` says what may be
    kept. Equinox sees the arguments only afterwards: it would look into them before it knows what
    they are. A class with an ``__init__`` of its own reads its arguments itself; its fields are
    checked when they are there.
    """

    def __init__(
        cls, name: str, bases: tuple[type, ...], namespace: Mapping[str, Any], **options: Any
    ) -> None:
        super().__init__(name, bases, namespace, **options)
        cls._reads_itself = "__init__" in namespace or any(
            getattr(base, "_reads_itself", False) for base in bases
        )

    def __call__(cls, /, *args: Any, **given: Any) -> Any:
        name = cls.__name__
        if lacking := is_abstract(cls):
            raise Refusal(
                f"`{name}` is abstract, and no object is made of it, for want of {lacking}; "
                "take a subclass"
            )
        if not cls._reads_itself:
            given = named(name, fields(cls), args, given)
            return super().__call__(
                **{f.name: _read(f, given[f.name]) for f in fields(cls) if f.name in given}
            )
        made = super().__call__(*args, **given)
        made.check_fields()
        return made


def is_abstract(kind: type) -> str:
    """What a class leaves to its subclasses; nothing where objects can be made of it."""
    sets = (getattr(kind, f"__abstract{what}__", ()) for what in ("methods", "vars", "classvars"))
    return ", ".join(sorted({name for names in sets for name in names}))


def descendants(kind: type[Kind]) -> Iterator[type[Kind]]:
    """Every class below this one, parents before children."""
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def check_field(field: Field, value: Any) -> None:
    """Refuse a value that is not in the domain of its field."""
    if "domain" in field.metadata:
        field.metadata["domain"].check(field.name, value)


def named(
    name: str, own: Iterable[Field], args: tuple[Any, ...], given: dict[str, Any]
) -> dict[str, Any]:
    """The arguments of a call of ``name`` by the names of its fields: none too many, none unknown,
    none twice, none missing.
    """
    known = {field.name: field for field in own}
    places = [field.name for field in known.values() if not field.kw_only]
    if len(args) > len(places):
        extra, most = shown(args[len(places)]), enumerated(places, "nothing")
        raise Refusal(f"`{name}` takes {most} without a name, got {extra} besides; give it by name")
    arguments = dict(zip(places, args, strict=False))
    for key, value in given.items():
        if key not in known:
            key = key if len(key) <= LONGEST else f"{key[:LONGEST]}…"
            has = f"which has {enumerated(known)}"
            raise Refusal(
                f"`{key}` is no field of {name}, {has}; got {shown(value)}{nearest(key, known)}"
            )
        if key in arguments:
            raise Refusal(
                f"`{key}` of {name} must be given once, "
                f"got {shown(arguments[key])} and {shown(value)}"
            )
        arguments[key] = value
    for key, field in known.items():
        if key not in arguments and field.default is MISSING and field.default_factory is MISSING:
            raise Refusal(
                f"`{key}` must be given for {name}, got only {enumerated(arguments, 'nothing')}"
            )
    return arguments


def _read(field: Field, value: Any) -> Any:
    """What is kept of an argument."""
    if "converter" not in field.metadata:
        kept = value
    else:
        try:
            kept = field.metadata["converter"](value)
        except Exception as error:  # a value that breaks when it is read
            check_field(field, value)
            raise Refusal(f"`{field.name}` cannot be read, got {shown(value)}") from error
    check_field(field, kept)
    return kept
