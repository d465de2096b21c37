"""The axes of a sweep: which fields move, to which values, and whether they are vmapped, padded or looped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import equinox as eqx
import jax
import numpy as np

from sigspike import tree
from sigspike.check import Instance, Range, Refusal
from sigspike.experiment import Experiment

ALIAS = {"network.width": "network.alive"}
Kind = Literal["looped", "padded", "number"]
Values = Any  # a sequence of values | a mapping of names to parts | Linked


@dataclass(frozen=True)
class Linked:
    """Several fields that move together along one axis: ``fields[path][k]`` at its k-th place.

    ``labels`` are the coordinates (those of the first field by default), ``about`` what figures call them.
    """

    fields: Mapping[str, Any]
    labels: Sequence[Any] | None = None
    about: str = ""


@dataclass(frozen=True)
class Axis:
    """One dimension of a grid: ``columns[k]`` are the values of the field at ``paths[k]``.

    ``kind``: a ``"number"`` is vmapped; a ``"looped"`` one is a shape, or a part that is replaced whole; a ``"padded"``
    one is a shape that one program can serve with room to spare (the width; the dimension of uniform weights).
    """

    name: str
    paths: tuple[str, ...]
    columns: tuple[tuple[Any, ...], ...]
    labels: tuple[Any, ...]
    kind: Kind
    about: str

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, experiment: Experiment, place: int) -> Experiment:
        """The experiment with this axis at a place."""
        for path, column in zip(self.paths, self.columns, strict=True):
            experiment = tree.put(experiment, path, column[place])
        return experiment

    def numbers(self, places: Sequence[int]) -> dict[str, np.ndarray]:
        """What moves inside a program: the fields, and for the width the number of filters alive."""
        return {
            ALIAS.get(path, path): np.asarray([column[place] for place in places], float)
            for path, column in self._pairs()
        }

    def describe(self) -> dict[str, Any]:
        """As plain numbers and names, for the store."""
        return {path: [tree.describe(value) for value in column] for path, column in self._pairs()}

    def _pairs(self) -> list[tuple[str, tuple[Any, ...]]]:
        return list(zip(self.paths, self.columns, strict=True))


def read_axes(experiment: Experiment, axes: Mapping[str, Values]) -> tuple[Axis, ...]:
    """The axes, every value of which has been tried in the experiment before anything runs."""
    if not isinstance(axes, Mapping):
        raise Refusal(f"`axes` must map paths to values, got {axes!r}")
    found = tuple(_axis(experiment, name, values) for name, values in axes.items())
    names = [axis.name for axis in found]
    if len(set(names)) < len(names):
        raise Refusal(f"`axes` must end in different names, got {', '.join(axes)}; name one by linking it")
    return found


def _axis(experiment: Experiment, name: str, values: Values) -> Axis:
    linked = values if isinstance(values, Linked) else Linked({name: values})
    if not linked.fields:
        raise Refusal(f"`axes` links no field to {name!r}; name at least one")
    columns, labels = [], linked.labels
    for path, given in linked.fields.items():
        column, own = _column(experiment, path, given)
        columns.append(column)
        labels = own if labels is None else tuple(np.asarray(labels).tolist())
    if len({len(column) for column in columns} | {len(labels or ())}) > 1:
        raise Refusal(f"`axes` must give all fields of {name!r} as many values, got {[len(c) for c in columns]}")
    kinds = [_kind(experiment, path) for path in linked.fields]
    kind: Kind = min(kinds, key=list(get_args(Kind)).index)  # type: ignore[assignment]
    about = linked.about or tree.about(experiment, next(iter(linked.fields)))
    axis = Axis(name.rpartition(".")[2], tuple(linked.fields), tuple(columns), tuple(labels or ()), kind, about)
    for place in range(len(axis)):
        try:
            axis.at(experiment, place)
        except Refusal as refusal:
            raise Refusal(f"{refusal} (`axes`: {name!r}, place {place} of {len(axis)})") from refusal
    return axis


def _column(experiment: Experiment, path: str, values: Values) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The values of a field, and what the coordinate calls them."""
    part = isinstance(tree.get(experiment, path), eqx.Module)
    listed = isinstance(values, (Sequence, np.ndarray, jax.Array)) and not isinstance(values, str) and not part
    if not listed and not (part and isinstance(values, Mapping)):
        kind = "objects by name, {'name': object}" if part else "a sequence of values"
        raise Refusal(f"`axes` must give {path!r} {kind}, got {values!r}")
    labels = tuple(np.asarray(values).tolist()) if isinstance(values, (np.ndarray, jax.Array)) else tuple(values)
    if not labels:
        raise Refusal(f"`axes` gives no value for {path!r}; name at least one")
    return (tuple(values.values()) if isinstance(values, Mapping) else labels), labels


def _kind(experiment: Experiment, path: str) -> Kind:
    spans = experiment.space == "coefficients" and experiment.problem.isotropic
    if path == "network.width" or (path == "problem.dim" and experiment.explicit_dim is not None):
        return "padded" if spans else "looped"
    if isinstance(tree.get(experiment, path), eqx.Module) or tree.is_static(experiment, path):
        return "looped"
    return "number"


def check_sweep(experiment: Experiment, n_seeds: int, seed: int) -> None:
    """Refuse what is no sweep, before its axes are read."""
    Instance(Experiment).check("experiment", experiment)
    Range(low=1, whole=True, plain=True).check("n_seeds", n_seeds)
    Range(low=0, high=2**32 - 1, whole=True, plain=True).check("seed", seed)
