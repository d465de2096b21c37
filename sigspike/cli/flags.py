"""Flags from descriptions: beside each described class a plain dataclass that tyro can read.

And the way back: from what tyro has read to the described object.
"""

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Union, get_type_hints

import jax
import numpy as np
import tyro

from sigspike.foundation.arguments import descendants, is_abstract
from sigspike.foundation.check import Choice, Instance, Maybe, Range, Refusal
from sigspike.foundation.fields import Checked
from sigspike.training import PRESETS, Algorithm, Preset, preset_of


class Flags:
    """Mirrors of described classes and of functions that make their objects.

    A number becomes a float, a count an int, a part the union of everything that can stand there
    (found by itself: a new algorithm in a file of its own is a new sub-command). Ranges stand in
    the help; checking is left to the class.
    """

    def __init__(self) -> None:
        self._mirrors: dict[Callable[..., Any], type] = {}
        self._makers: dict[type, Callable[..., Any]] = {}

    def mirror(self, maker: Callable[..., Any], **defaults: Any) -> type:
        """A dataclass with a flag for each field of a class, or parameter of a function;
        ``defaults`` are objects.
        """
        if maker not in self._mirrors or defaults:
            described = isinstance(maker, (type, Preset))
            fields = self._described_fields(maker) if described else self._function_fields(maker)
            fields = {
                name: (kind, self.value(defaults[name]) if name in defaults else default)
                for name, (kind, default) in fields.items()
            }
            ordered = sorted(fields.items(), key=lambda item: item[1][1] is not dataclasses.MISSING)
            name = maker.__name__ if described else maker.__name__.capitalize()
            name = name.replace("ReLU", "Relu")  # one word, also in a flag
            mirror = dataclasses.make_dataclass(
                name, [(key, kind, _field(default)) for key, (kind, default) in ordered]
            )
            mirror.__doc__ = _sentence(maker)
            self._mirrors[maker], self._makers[mirror] = mirror, maker
        return self._mirrors[maker]

    def value(self, built: Any) -> Any:
        """The mirror of an object (numbers as Python's own)."""
        if dataclasses.is_dataclass(built) and not isinstance(built, type):
            maker, given = type(built), vars(built)
            if isinstance(built, Algorithm) and (preset := preset_of(built)) is not None:
                maker, given = preset, preset.given(built)
            mirror = self.mirror(maker)
            return mirror(
                **{
                    field.name: self.value(given[field.name])
                    for field in dataclasses.fields(mirror)
                }
            )
        # The shortest decimal that is this number: 0.1, not 0.10000000149011612.
        return float(str(np.asarray(built))) if isinstance(built, jax.Array) else built

    def build(self, flags: Any) -> Any:
        """The object that a filled-in mirror describes."""
        if type(flags) not in self._makers:
            return flags
        given = {
            field.name: self.build(getattr(flags, field.name))
            for field in dataclasses.fields(flags)
        }
        return self._makers[type(flags)](**given)

    def _described_fields(self, described: type | Preset) -> dict[str, tuple[Any, Any]]:
        return {
            name: (self._kind(f), self.value(_default(f)))
            for name, f in fields_of(described).items()
        }

    def _function_fields(self, function: Callable[..., Any]) -> dict[str, tuple[Any, Any]]:
        hints, parameters = get_type_hints(function), inspect.signature(function).parameters
        default = {
            name: dataclasses.MISSING if p.default is p.empty else p.default
            for name, p in parameters.items()
        }
        return {name: (hints[name], default[name]) for name in parameters}

    def _kind(self, field: dataclasses.Field) -> Any:
        domain = field.metadata.get("domain")
        plain = domain.domain if isinstance(domain, Maybe) else domain
        if isinstance(plain, Range):
            real = float | None if isinstance(domain, Maybe) else float
            kind = field.type if plain.plain else real
            return Annotated[kind, tyro.conf.arg(help=f"{field.metadata['about']}, in {plain}")]
        if isinstance(domain, Choice):
            return Literal[domain.options]
        if isinstance(domain, Instance) and issubclass(domain.kind, Checked):
            mirrors = tuple(self.mirror(maker) for maker in makers(domain.kind) or [domain.kind])
            return Union[mirrors]  # noqa: UP007
        return field.type


def fields_of(maker: Any) -> dict[str, dataclasses.Field]:
    """What a person may give a class, or a preset."""
    fields = maker.fields if isinstance(maker, Preset) else dataclasses.fields(maker)
    return {field.name: field for field in fields if "hidden" not in field.metadata}


def makers(kind: type) -> list[Callable[..., Any]]:
    """Everything that makes an object of a kind: the classes below it, a user's too, or what one
    names in ``from_files``. Of classes that a session has defined again and again the last counts;
    of two by one name, neither.
    """
    return [namesakes[-1] for namesakes in _by_name(kind).values() if len(_places(namesakes)) == 1]


def check_one(kind: type, name: str) -> None:
    """Refuse a name that two classes bear."""
    places = _places(_by_name(kind).get(name, []))
    if len(places) > 1:
        modules = " and of ".join(sorted({module for module, _ in places}))
        raise Refusal(
            f"`{name}` must be the name of one class, got {len(places)}, of {modules}; rename yours"
        )


def _by_name(kind: type) -> dict[str, list[Callable[..., Any]]]:
    by_name: dict[str, list[Callable[..., Any]]] = {}
    for maker in _makers(kind):
        by_name.setdefault(maker.__name__, []).append(maker)
    return by_name


def _places(namesakes: list[Callable[..., Any]]) -> set[tuple[str, str]]:
    return {(maker.__module__, maker.__qualname__) for maker in namesakes}


def _makers(kind: type) -> Iterator[Callable[..., Any]]:
    yield from PRESETS.values() if kind is Algorithm else ()
    for child in descendants(kind):
        from_files = child.__dict__.get("from_files", ())
        yield from (getattr(child, name) for name in from_files)
        if not from_files and not is_abstract(child):
            yield child


def _sentence(maker: Callable[..., Any]) -> str:
    """What a sub-command says of itself: the first line of its file, or of the function."""
    documented = inspect.getmodule(maker) if isinstance(maker, type) else maker
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _default(field: dataclasses.Field) -> Any:
    return (
        field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    )


def _field(default: Any) -> Any:
    if default is dataclasses.MISSING:
        return dataclasses.field()
    return dataclasses.field(default_factory=lambda: default)
