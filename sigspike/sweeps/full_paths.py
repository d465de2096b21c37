"""The paths of axes, each written in full: what a short one means in every cell that has it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import equinox as eqx

from sigspike.foundation.check import Refusal
from sigspike.foundation.short_paths import every_path, fitting, meant
from sigspike.simulation.experiment import Experiment
from sigspike.sweeps.axis import Axis


def in_full(experiment: Experiment, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The axes with full paths; refused where a short one is several fields, in one cell or among
    them.

    Which fields a cell has depends on its parts, and a part may have a short path too: those come
    first, the outer before the inner, since a part changes only what lies below it.
    """
    parts = [path for axis in axes for path, column in axis.pairs() if _has_part(column)]
    full: dict[str, str] = {}
    for depth in itertools.count():
        known = list(dict.fromkeys(_of_cells(experiment, axes, full)))
        here = [path for path in known if path.count(".") == depth]
        if not here:
            break
        meanings = {path: fitting(path, here) for path in parts if path not in full}
        full |= {path: one[0] for path, one in meanings.items() if one}
    named = {path: meant(path, known) for axis in axes for path in axis.paths}
    _check_distinct([path for axis in axes for path in axis.paths], named)
    return tuple(replace(axis, paths=tuple(map(named.__getitem__, axis.paths))) for axis in axes)


def _has_part(column: tuple[Any, ...]) -> bool:
    return any(isinstance(value, eqx.Module) for value in column)


def _of_cells(
    experiment: Experiment, axes: tuple[Axis, ...], full: Mapping[str, str]
) -> Iterator[str]:
    """The full paths of every choice of parts, as far as it is known where the parts go."""
    for places in itertools.product(
        *(range(len(axis) if axis.replaces_parts else 1) for axis in axes)
    ):
        put = [axis.values(place) for axis, place in zip(axes, places, strict=True)]
        values = {full[path]: own[path] for own in put for path in own if path in full}
        yield from every_path(experiment, values)


def _check_distinct(given: list[str], named: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    for path in given:
        full = named[path]
        if full in seen:
            both = f"{seen[full]!r} and {path!r}, both {full!r}"
            twice = f"{path!r} twice" if seen[full] == path else both
            raise Refusal(f"`axes` must move a field once, got {twice}; drop one")
        seen[full] = path
