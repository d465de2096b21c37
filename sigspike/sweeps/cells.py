"""A cell of a grid: the experiment with the values of all axes put, and what makes it one."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import equinox as eqx
import numpy as np

from sigspike.foundation import paths
from sigspike.foundation.check import Range, Refusal, shown
from sigspike.simulation.experiment import Experiment
from sigspike.sweeps.axis import Axis

TRIED = 100  # cells: of a larger grid, every place of an axis and the corners are
Places = Mapping[str, int]  # the place along every axis, by its name


def values_of(axes: Sequence[Axis], places: Places) -> dict[str, Any]:
    """What all axes put at these places, by path."""
    return {path: value for axis in axes for path, value in axis.values(places[axis.name]).items()}


def cell(experiment: Experiment, axes: Sequence[Axis], places: Places) -> Experiment:
    """The experiment that the labels at these places name (``paths.put_all``: the order of the axes
    plays no part).
    """
    try:
        return paths.put_all(experiment, values_of(axes, places))
    except Refusal as refusal:
        named = ", ".join(f"{axis.name} = {shown(axis.labels[places[axis.name]])}" for axis in axes)
        raise Refusal(f"{refusal} (`axes`: the cell {named})") from refusal


def check_cells(experiment: Experiment, axes: Sequence[Axis]) -> None:
    """Refuse axes that move one thing twice, paths that a cell lacks, and cells that are no
    experiment.
    """
    for places in contexts(axes):
        in_cell = cell(experiment, axes, places)
        movers: dict[str, str] = {}
        for path in (path for axis in axes for path in axis.paths):
            _check_path(in_cell, path)
            for field in paths.moved(in_cell, path):
                if field in movers:
                    both = f"{movers[field]!r} and {path!r}"
                    raise Refusal(
                        f"`axes` must move a field once, got {both}, which both move {field!r}; "
                        "drop one"
                    )
                movers[field] = path
    for places in _tried(axes):
        _check_derived(cell(experiment, axes, places), values_of(axes, places))


def contexts(axes: Sequence[Axis]) -> Iterator[dict[str, int]]:
    """The first cell for every choice of parts: which fields there are depends on these alone."""
    chosen = [range(len(axis)) if axis.replaces_parts else range(1) for axis in axes]
    for places in itertools.product(*chosen):
        yield dict(zip((axis.name for axis in axes), places, strict=True))


def moves_a_number(experiment: Experiment, path: str) -> bool:
    """Whether a program may be told the value at ``path`` when it runs; what is not a number is a
    shape, or code.
    """
    if paths.is_derived(experiment, path):
        return True
    field = paths.field_at(experiment, path)
    return isinstance(field.metadata.get("domain"), Range) and not field.metadata.get(
        "static", False
    )


def _check_path(experiment: Experiment, path: str) -> None:
    """Refuse what is no axis: fields that programs set for themselves, arrays, derived quantities
    that are shapes.
    """
    if paths.is_derived(experiment, path):
        static = [
            field
            for field in paths.moved(experiment, path)
            if not moves_a_number(experiment, field)
        ]
        if static:
            remedy = f"make {static[0]!r} the axis"
            raise Refusal(
                f"`axes` cannot move {path!r}, which is put through {static[0]!r}, no number; "
                f"{remedy}"
            )
        return
    field, value = paths.field_at(experiment, path), paths.get(experiment, path)
    if "hidden" in field.metadata:
        raise Refusal(
            f"`axes` cannot move {path!r}, which programs set for themselves; move network.width"
        )
    if eqx.is_array(value) and value.ndim > 0:
        raise Refusal(
            f"`axes` cannot move the array {path!r}; give whole parts by name, {{'name': object}}"
        )


def _check_derived(experiment: Experiment, values: Mapping[str, Any]) -> None:
    """Refuse a cell whose derived quantities are not what was put: at σₚ = 0 no ‖μ‖ makes an SNR of
    0.1.
    """
    for path, value in values.items():
        if paths.is_derived(experiment, path) and not np.allclose(
            paths.get(experiment, path), value, rtol=1e-4, atol=0
        ):
            got = np.asarray(paths.get(experiment, path))
            raise Refusal(
                f"`axes` ask for {path} = {value}, which cannot be had: it is {got} in its cell"
            )


def _tried(axes: Sequence[Axis]) -> Iterator[dict[str, int]]:
    """All cells; of a large grid, every place of an axis beside the first of the others, and the
    corners.
    """
    names, whole = [axis.name for axis in axes], [range(len(axis)) for axis in axes]
    if math.prod(map(len, axes)) <= TRIED:
        tried = itertools.product(*whole)
    else:
        lines = (
            tuple(k * (n == number) for n in range(len(axes)))
            for number, own in enumerate(whole)
            for k in own
        )
        tried = dict.fromkeys(itertools.chain(lines, itertools.product(*map(_extremes, axes))))
    for places in tried:
        yield dict(zip(names, places, strict=True))


def _extremes(axis: Axis) -> list[int]:
    """Places where a column is least or largest; all, where a column is no number."""
    numbers = [
        column
        for column in axis.columns
        if all(isinstance(value, (int, float)) for value in column)
    ]
    if len(numbers) < len(axis.columns):
        return list(range(len(axis)))
    ends = [
        pick(range(len(axis)), key=column.__getitem__) for column in numbers for pick in (min, max)
    ]
    return sorted(set(ends))
