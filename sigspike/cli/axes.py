"""The axes of a sweep as files and command lines give them."""

import sys
from typing import Any

import numpy as np

from sigspike.cli.spec import build, check_names, check_table
from sigspike.foundation import paths
from sigspike.foundation.check import Choice, Domain, Instance, Maybe, Range, Refusal, Rising, shown
from sigspike.foundation.fields import Checked
from sigspike.foundation.short_paths import every_path, fitting, full_path
from sigspike.sweeps import Linked

SPACED = ("start", "stop", "num", "scale")
LINKED = ("fields", "labels", "about")
COUNT = Range(low=1, high=1e6, whole=True, plain=True)  # of the values of an axis
SWITCH = {"True": True, "true": True, "False": False, "false": False}


def read_axis(experiment: Any, path: str, values: Any) -> Any:
    """The values of an axis in a file: a list; ``{start, stop, num}``, even or ``scale = "log"``
    (rounded where the field has whole numbers); parts by name; or linked ``fields``.
    """
    if isinstance(values, dict) and "fields" in values:
        return _linked(experiment, path, values)
    listed = isinstance(values, list)  # needs no field: which is meant, the cells may tell
    domain = domain_of(experiment, path if listed else full_path(experiment, path))
    if isinstance(domain, Instance) and issubclass(domain.kind, Checked):
        check_table(f"axes.{path}", values)
        start = paths.get(experiment, path)
        return {
            name: build(table, domain.kind, start, f"axes.{path}.{name}")
            for name, table in values.items()
        }
    if isinstance(values, dict):
        return _spaced(path, domain, values)
    if not listed:
        raise Refusal(
            f"`axes` must give {path!r} a list of values, or start, stop and num, "
            f"got {shown(values)}"
        )
    return [tuple(value) if isinstance(value, list) else value for value in values]


def read_words(experiment: Any, path: str, words: tuple[str, ...]) -> list[Any]:
    """The values of an axis on a command line, each as its field has them."""
    domain = domain_of(experiment, full_path(experiment, path))
    return [_word(path, domain, word) for word in words]


def domain_of(experiment: Any, path: str) -> Domain:
    """What the field at a path may be: any number, where it is derived, or where only the cells
    tell.
    """
    meanings = fitting(path, list(every_path(experiment)))
    if len(meanings) != 1 or paths.is_derived(experiment, meanings[0]):
        return Range()
    return paths.field_at(experiment, meanings[0]).metadata.get("domain", Range())


def _linked(experiment: Any, path: str, values: dict[str, Any]) -> Linked:
    check_names(f"axes.{path}", values, LINKED)
    fields, labels, about = values["fields"], values.get("labels"), values.get("about", "")
    check_table(f"axes.{path}.fields", fields)
    if labels is not None and not isinstance(labels, list):
        raise Refusal(f"`axes.{path}.labels` must be a list, got {shown(labels)}")
    if not isinstance(about, str):
        raise Refusal(f"`axes.{path}.about` must be words in quotes, got {shown(about)}")
    return Linked(
        {field: read_axis(experiment, field, own) for field, own in fields.items()}, labels, about
    )


def _spaced(path: str, domain: Domain, values: dict[str, Any]) -> list[Any]:
    """``num`` values from ``start`` to ``stop``; whole numbers are rounded, each taken once."""
    check_names(f"axes.{path}", values, SPACED)
    for key in SPACED[:3]:
        (COUNT if key == "num" else Range()).check(f"axes.{path}.{key}", values.get(key))
    start, stop, scale = values["start"], values["stop"], values.get("scale", "linear")
    Choice(("linear", "log")).check(f"axes.{path}.scale", scale)
    if scale == "log" and min(start, stop) <= 0:
        raise Refusal(
            f"`axes.{path}` must start and stop above 0 on a log scale, got {shown(values)}"
        )
    space = (np.geomspace if scale == "log" else np.linspace)(
        float(start), float(stop), values["num"]
    ).tolist()
    domain = domain.domain if isinstance(domain, Maybe) else domain
    if not isinstance(domain, Range) or not domain.whole:
        return space
    whole = list(dict.fromkeys(round(value) for value in space))
    if len(whole) < len(space):
        print(
            f"sigspike: `axes` {path!r}: {len(space)} values are {len(whole)} whole numbers",
            file=sys.stderr,
        )
    return whole


def _word(path: str, domain: Domain, word: str) -> Any:
    if isinstance(domain, Maybe):
        return None if word == "None" else _word(path, domain.domain, word)
    if isinstance(domain, Choice):
        return next((option for option in domain.options if str(option) == word), word)
    if isinstance(domain, Instance):
        if domain.kind is bool and word in SWITCH:
            return SWITCH[word]
        need = (
            "True or False"
            if domain.kind is bool
            else "a file, where its values are described by name"
        )
        raise Refusal(f"`axis` {path!r} needs {need}, got {shown(word)}")
    try:
        if isinstance(domain, Rising):
            return tuple(int(step) for step in word.split(","))
        return _number(word)
    except ValueError as error:
        need = "steps with commas between them" if isinstance(domain, Rising) else "numbers"
        raise Refusal(f"`axis` {path!r} must be followed by {need}, got {shown(word)}") from error


def _number(word: str) -> int | float:
    """A whole number where it is written as one, which a field of fractions takes as well."""
    return int(word) if word.lstrip("+-").isdecimal() else float(word)
