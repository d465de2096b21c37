"""A sweep described in a TOML or JSON file."""

import dataclasses
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from sigspike import tree
from sigspike.check import Refusal, nearest
from sigspike.cli.flags import makers
from sigspike.fields import Checked
from sigspike.sweeps import Linked

KEYS = ("experiment", "axes", "n_seeds", "seed", "keep", "store", "out", "cluster")


def read_spec(file: Path) -> dict[str, Any]:
    """The tables of a file: ``experiment`` (fields, parts with their ``type``), ``axes``, and options of the call."""
    try:
        text = file.read_text()
        spec = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise Refusal(f"`file` cannot be read: {str(file)!r} ({error.strerror})") from error
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"`file` {str(file)!r} is no {file.suffix.removeprefix('.') or 'TOML'}: {error}") from error
    if not isinstance(spec, dict):
        raise Refusal(f"`file` {str(file)!r} must hold tables, got {type(spec).__name__}")
    for key in spec:
        if key not in KEYS:
            raise Refusal(f"`file` knows {', '.join(KEYS)}, not {key!r}{nearest(key, KEYS)}")
    return spec


def build(table: Any, default: Any, name: str) -> Any:
    """An object from a table: a part of another ``type`` is made of what is given, one of the same type from the
    ``default``.
    """
    if not dataclasses.is_dataclass(default):
        return tuple(table) if isinstance(table, list) else table
    if not isinstance(table, dict):
        raise Refusal(f"`{name}` must be a table with its `type`, got {table!r}")
    kind = _base(type(default))
    known = {maker.__name__: maker for maker in [*makers(kind), type(default)]}
    wanted = table.get("type", type(default).__name__)
    if wanted not in known:
        raise Refusal(f"`{name}.type` must be one of {', '.join(known)}, got {wanted!r}{nearest(wanted, known)}")
    given = {key: value for key, value in table.items() if key != "type"}
    if wanted == type(default).__name__:
        fields = {f.name: getattr(default, f.name) for f in dataclasses.fields(default) if f.init}
        _check_names(given, fields, name)
        return type(default)(**fields | {key: build(value, fields[key], key) for key, value in given.items()})
    try:
        return known[wanted](**{key: Path(value) if key == "data_dir" else value for key, value in given.items()})
    except TypeError as error:
        raise Refusal(f"`{name}` of type {wanted} is not complete: {error}") from error


def read_axis(experiment: Any, path: str, values: Any) -> Any:
    """Values of an axis: a list; ``{start, stop, num}``, even or ``scale = "log"``; parts by name; or linked
    ``fields``.
    """
    if not isinstance(values, dict):
        return values
    if "fields" in values:
        fields = {field: read_axis(experiment, field, own) for field, own in values["fields"].items()}
        return Linked(fields, values.get("labels"), values.get("about", ""))
    if "start" in values:
        try:
            space = np.geomspace if values.get("scale", "linear") == "log" else np.linspace
            return space(values["start"], values["stop"], values["num"]).tolist()
        except (KeyError, TypeError, ValueError) as error:
            raise Refusal(f"`axes` {path!r} needs start, stop and num, got {values!r}") from error
    return {name: build(table, tree.get(experiment, path), f"axes.{path}.{name}") for name, table in values.items()}


def _base(kind: type) -> type:
    """The kind of part that a class can stand in for: the highest of its parents but Checked."""
    parents = [parent for parent in kind.__mro__ if issubclass(parent, Checked) and parent is not Checked]
    return parents[-1]


def _check_names(given: dict[str, Any], fields: dict[str, Any], name: str) -> None:
    for key in given:
        if key not in fields:
            raise Refusal(f"`{name}` has {', '.join(fields)}, not {key!r}{nearest(key, fields)}")
