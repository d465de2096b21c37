"""The axes of a sweep, read: which fields move, and to which values."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import equinox as eqx
import jax
import numpy as np

from sigspike.foundation import paths
from sigspike.foundation.check import Instance, Range, Refusal, shown
from sigspike.foundation.records import AXES, CLASS, axis_names
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.records import RECORDS
from sigspike.sweeps.axis import Axis, Linked
from sigspike.sweeps.full_paths import in_full

Values = Any  # a sequence of values | a mapping of names to parts | Linked


def read_axes(experiment: Experiment, axes: Mapping[str, Values]) -> tuple[Axis, ...]:
    """The axes as they are given, but for their paths, which are full ones from here on.

    ``cells.check_cells`` asks what they make of the experiment.
    """
    if not isinstance(axes, Mapping):
        raise Refusal(f"`axes` must map paths to values, got {shown(axes)}")
    full = in_full(experiment, tuple(_axis(experiment, *given) for given in axes.items()))
    names = [axis.name for axis in full]
    if len(set(names)) < len(names):
        raise Refusal(
            f"`axes` must end in different names, got {', '.join(axes)}; name one by linking it"
        )
    taken = sorted(_taken() & set(names))
    if taken:
        remedy = "name the axis otherwise, {'name': Linked({path: values})}"
        raise Refusal(
            f"`axes` cannot be named {taken[0]!r}, which a record calls something of its own; "
            f"{remedy}"
        )
    return full


def _axis(experiment: Experiment, name: Any, values: Values) -> Axis:
    if not isinstance(name, str) or not name:
        raise Refusal(
            f"`axes` must be named by paths, got {shown(name)}; "
            "a path is text, such as 'problem.snr'"
        )
    linked = values if isinstance(values, Linked) else Linked({name: values})
    if not isinstance(linked.fields, Mapping) or not linked.fields:
        raise Refusal(
            f"`axes` links no field to {name!r}; name at least one, Linked({{path: values}})"
        )
    columns, labels = [], None if linked.labels is None else _listed(name, linked.labels)
    for path, given in linked.fields.items():
        if not isinstance(path, str):
            raise Refusal(
                f"`axes` must link paths to values in {name!r}, got {shown(path)}; a path is text"
            )
        column, own = _column(experiment, path, given)
        columns.append(column)
        labels = own if labels is None else labels
    if len({len(column) for column in columns} | {len(labels or ())}) > 1:
        lengths = [len(column) for column in columns]
        raise Refusal(
            f"`axes` must give all fields and labels of {name!r} as many values, got {lengths}"
        )
    return Axis(
        name.rpartition(".")[2],
        tuple(linked.fields),
        tuple(columns),
        tuple(labels or ()),
        linked.about,
    )


def _column(
    experiment: Experiment, path: str, values: Values
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The values of a field, and what the coordinate calls them."""
    if isinstance(values, Mapping):
        if not all(isinstance(name, str) for name in values):
            raise Refusal(
                f"`axes` must name the objects of {path!r} in words, got {shown(list(values))}"
            )
        labels, column = tuple(values), tuple(values.values())
    else:
        labels = column = _listed(path, values)
    if not column:
        raise Refusal(f"`axes` gives no value for {path!r}; name at least one")
    parts = [isinstance(value, eqx.Module) for value in column]
    if (not isinstance(values, Mapping) and (any(parts) or _is_part(experiment, path))) or (
        isinstance(values, Mapping) and not all(parts)
    ):
        kind = (
            "objects by name, {'name': object}"
            if any(parts) or _is_part(experiment, path)
            else "a list of values"
        )
        raise Refusal(f"`axes` must give {path!r} {kind}, got {shown(values)}")
    return column, labels


def _listed(path: str, values: Any) -> tuple[Any, ...]:
    """The values of a sequence or array of one dimension, as Python's own."""
    if isinstance(values, (np.ndarray, jax.Array)) and not isinstance(values, np.ma.MaskedArray):
        if values.ndim == 1 and getattr(values.dtype, "kind", "V") in "iufbUO":
            return tuple(np.asarray(values).tolist())
    elif isinstance(values, (list, tuple, range)):
        return tuple(values)
    raise Refusal(f"`axes` must give {shown(path)} a list of values, got {shown(values)}")


def _is_part(experiment: Experiment, path: str) -> bool:
    try:
        return isinstance(paths.get(experiment, path), eqx.Module)
    except Refusal:  # only the cells have it
        return False


def _taken() -> set[str]:
    """Names that a record gives to its variables and dimensions."""
    records = RECORDS.values()
    variables = {field.name for record in records for field in fields(record)}
    dims = {dim for record in records for field in fields(record) for dim in axis_names(field)}
    several = {f"{name}{ending}" for name in variables for ending in ("_se", "_n")}
    return (
        variables
        | dims
        | several
        | set(AXES)
        | {CLASS, "seed", "time", "fraction_diverged", "n_snr2"}
    )


def check_sweep(experiment: Experiment, n_seeds: int, seed: int) -> None:
    """Refuse what is no sweep, before its axes are read."""
    Instance(Experiment).check("experiment", experiment)
    Range(low=1, high=2**31 - 1, whole=True, plain=True).check("n_seeds", n_seeds)
    Range(low=0, high=2**32 - 1, whole=True, plain=True).check("seed", seed)
