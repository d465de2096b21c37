"""A sweep described in a TOML or JSON file."""

import dataclasses
import inspect
import json
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sigspike.cli.flags import check_one, fields_of, makers
from sigspike.foundation.arguments import is_abstract
from sigspike.foundation.check import Instance, Refusal, enumerated, nearest, shown
from sigspike.foundation.fields import Checked
from sigspike.training import Algorithm, Preset, preset_of

KEYS = ("experiment", "axes", "n_seeds", "seed", "keep", "store", "out", "cluster")
TABLES, WORDS = ("experiment", "axes"), ("keep", "store", "out", "cluster")


def read_spec(file: Path) -> dict[str, Any]:
    """The tables of a file: ``experiment`` (fields, parts with their ``type``), ``axes``, and
    options of the call.
    """
    try:
        text = file.read_text()
        spec = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise Refusal(f"`file` cannot be read: {str(file)!r} ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        why, kind = " ".join(str(error).split()), file.suffix.removeprefix(".") or "TOML"
        raise Refusal(f"`file` {str(file)!r} is no {kind}: {why}") from error
    check_table("file", spec)
    check_names("file", spec, KEYS)
    for name in TABLES:
        check_table(name, spec.get(name, {}))
    for name in WORDS:
        if name in spec and not isinstance(spec[name], str):
            raise Refusal(f"`{name}` must be words in quotes, got {shown(spec[name])}")
    return spec


def build(table: Any, kind: type, default: Any, name: str) -> Any:
    """An object of a ``kind`` from a table. What the table leaves out is as in ``default`` where
    the type is the same, and as that type has it where it is another.
    """
    check_table(name, table)
    known = {maker.__name__: maker for maker in makers(kind)}
    known |= {
        own.__name__: own
        for own in (kind, type(default))
        if issubclass(own, kind) and not is_abstract(own)
    }
    wanted = table["type"] if "type" in table else _name_of(default, table)
    if "type" in table:
        check_one(kind, str(wanted))
    if not isinstance(wanted, str) or wanted not in known:
        near = nearest(wanted, known) if isinstance(wanted, str) else ""
        raise Refusal(
            f"`{name}.type` must be one of {enumerated(known)}, got {shown(wanted)}{near}"
        )
    maker, given = known[wanted], {key: value for key, value in table.items() if key != "type"}
    if not isinstance(maker, (type, Preset)):
        return _from_file(maker, given, name)
    fields = fields_of(maker)
    check_names(name, given, fields)
    start = {}
    if default is not None and ("type" not in table or wanted == _own_name(default)):
        start = maker.given(default) if isinstance(maker, Preset) else vars(default)
        start = {key: start[key] for key in fields}
    built = {
        key: _field(fields[key], value, start.get(key), f"{name}.{key}")
        for key, value in given.items()
    }
    return maker(**start | built)


def _own_name(default: Any) -> str:
    """The name that says most of an object: its class, or the preset that made it."""
    preset = preset_of(default) if isinstance(default, Algorithm) else None
    return type(default).__name__ if preset is None else preset.__name__


def _name_of(default: Any, table: dict[str, Any]) -> str | None:
    """What a table without a ``type`` is read as: the class of the default, or the preset that made
    it, where the table has keys of that preset.
    """
    preset = preset_of(default) if isinstance(default, Algorithm) else None
    if preset is not None and not table.keys() <= fields_of(type(default)).keys():
        return preset.__name__
    return None if default is None else type(default).__name__


def _field(field: dataclasses.Field, value: Any, default: Any, name: str) -> Any:
    """The value of a field: a part from its table, a tuple from a list, all else as it is."""
    domain = field.metadata.get("domain")
    if not isinstance(domain, Instance) or not issubclass(domain.kind, Checked):
        return tuple(value) if isinstance(value, list) else value
    if default is None and field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    return build(value, domain.kind, default, name)


def _from_file(maker: Callable[..., Any], given: dict[str, Any], name: str) -> Any:
    """What a function makes of the arguments given."""
    known = inspect.signature(maker).parameters
    check_names(name, given, known)
    for key, parameter in known.items():
        if parameter.default is parameter.empty and key not in given:
            raise Refusal(
                f"`{name}` of type {maker.__name__} needs `{key}`, "
                f"got only {enumerated(given, 'nothing')}"
            )
    return maker(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    )


def check_table(name: str, value: Any) -> None:
    """Refuse what is no table."""
    if not isinstance(value, dict):
        raise Refusal(f"`{name}` must be a table, got {shown(value)}")


def check_names(name: str, table: dict[str, Any], known: Iterable[str]) -> None:
    """Refuse a key that a table cannot have."""
    names = list(known)
    for key in table:
        if key not in names:
            raise Refusal(
                f"`{name}` has {enumerated(names, 'no fields')}, "
                f"not {shown(key)}{nearest(key, names)}"
            )
