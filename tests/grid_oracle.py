"""What a grid must hold, cell by cell, from ``dataclasses.replace`` and ``simulate`` alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from jax import random

import sigspike as ss
from sigspike.foundation.check import Refusal
from sigspike.simulation.records import RECORDS

DIMENSIONS = {"seed", "time", "sign", "neuron", "sample", "patch", "kind"}
TAKEN = DIMENSIONS | {field.name for record in RECORDS.values() for field in fields(record)}
# Means over seeds have fraction_diverged, and a standard error of their own
LOST = {"diverged_at", "test_error_se"}
CLOSE = 1e-9  # of the largest number of a variable
FLOOR = 1e-12  # rounding of what should be 0


@dataclass(frozen=True)
class Grid:
    """A call of ``ss.sweep``: every cell is ``base`` with the values of all axes put.

    ``said``: how some of the paths are written when it is asked for, where that is not in full.
    """

    base: ss.Experiment
    axes: Mapping[str, Any]
    n_seeds: int = 1
    seed: int = 0
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, Any]:
        """The axes as they are asked for."""
        return {self.said.get(name, name): self._asked(given) for name, given in self.axes.items()}

    def _asked(self, given: Any) -> Any:
        if not isinstance(given, ss.Linked):
            return given
        linked = {self.said.get(path, path): own for path, own in given.fields.items()}
        return replace(given, fields=linked)

    @property
    def columns(self) -> dict[str, dict[str, Sequence[Any]]]:
        """The values of every path of each axis, by the name of its dimension."""
        return {name.rpartition(".")[2]: _columns(name, given) for name, given in self.axes.items()}

    @property
    def paths(self) -> list[str]:
        """Every path that moves."""
        return [path for name, given in self.axes.items() for path in _columns(name, given)]

    @property
    def places(self) -> list[dict[str, int]]:
        """The place along every dimension, for each cell."""
        lengths = {name: len(next(iter(own.values()))) for name, own in self.columns.items()}
        return [
            dict(zip(lengths, at, strict=True)) for at in product(*map(range, lengths.values()))
        ]

    def values(self, places: Mapping[str, int]) -> dict[str, Any]:
        """What the axes put in a cell."""
        return {
            path: column[places[name]]
            for name, own in self.columns.items()
            for path, column in own.items()
        }

    def labels(self, name: str) -> list[Any]:
        """What the coordinate calls the places of a dimension."""
        given = next(
            values for path, values in self.axes.items() if path.rpartition(".")[2] == name
        )
        if isinstance(given, ss.Linked):
            first = next(iter(given.fields.values()))
            given = first if given.labels is None else given.labels
        return list(given)


def _columns(name: str, given: Any) -> dict[str, Sequence[Any]]:
    own = given.fields if isinstance(given, ss.Linked) else {name: given}
    return {
        path: list(column.values()) if isinstance(column, Mapping) else column
        for path, column in own.items()
    }


def cell(owner: Any, values: Mapping[str, Any]) -> Any:
    """``owner`` with values put: parts, then the plain fields in them and beside them at once, then
    derived ones.
    """
    plain: dict[str, Any] = {}
    derived: dict[str, Any] = {}
    inside: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        name, _, rest = path.partition(".")
        if rest:
            inside.setdefault(name, {})[rest] = value
        else:
            (derived if hasattr(type(owner), f"with_{name}") else plain)[name] = value
    known = {field.name for field in fields(owner) if "hidden" not in field.metadata}
    if lacking := {*plain, *inside} - known:
        raise Refusal(f"{type(owner).__name__} has no {', '.join(sorted(lacking))}")
    for name, below in inside.items():
        plain[name] = cell(plain.get(name, getattr(owner, name)), below)
    owner = replace(owner, **plain)
    for name, value in derived.items():
        owner = getattr(owner, f"with_{name}")(value)
    return owner


def moved(at: Any, path: str) -> set[str]:
    """The fields that move with a path: its own, or those in which two values of a derived quantity
    differ.
    """
    parent, _, name = path.rpartition(".")
    for step in filter(None, parent.split(".")):
        at = getattr(at, step)
    if not hasattr(type(at), f"with_{name}"):
        return {path}
    one, other = (getattr(at, f"with_{name}")(value) for value in (0.11, 0.22))
    numbers = [f.name for f in fields(at) if np.ndim(getattr(at, f.name)) == 0]
    return {
        f"{parent}.{field}" for field in numbers if getattr(one, field) != getattr(other, field)
    }


def ambiguous(grid: Grid) -> str:
    """Why a grid has no meaning, whatever its values: one name or one path for two things."""
    names = [name.rpartition(".")[2] for name in grid.axes]
    if len({*names}) < len(names):
        return f"two dimensions of one name in {names}"
    if TAKEN & {*names}:
        return f"dimensions are named as the record's own in {names}"
    if len({*grid.paths}) < len(grid.paths):
        return f"a path twice in {grid.paths}"
    return ""


def experiments(grid: Grid) -> list[ss.Experiment | str]:
    """The experiment of every cell, or why it is none."""
    found: list[ss.Experiment | str] = []
    for places in grid.places:
        try:
            at = cell(grid.base, grid.values(places))
        except Refusal as refusal:
            found.append(str(refusal))
            continue
        times = Counter(field for path in grid.paths for field in moved(at, path))
        twice = [field for field, count in times.items() if count > 1]
        found.append(f"twice: {', '.join(twice)}" if twice else at)
    return found


def alone(setting: ss.Experiment, seed: int, number: int) -> xr.Dataset:
    """The run of a setting with the draws of seed ``number``."""
    return ss.named_axes(ss.simulate(setting, random.fold_in(random.key(seed), number)))


def held(
    base: ss.Experiment, axes: Mapping[str, Any], n_seeds: int = 2, keep: str = "seeds"
) -> xr.Dataset:
    """The result of a grid whose every cell has been held against its runs."""
    data = ss.sweep(base, axes, n_seeds, seed=3, keep=keep)
    check(Grid(base, axes, n_seeds, 3), data, keep)
    return data


def check(grid: Grid, data: xr.Dataset, keep: str = "seeds") -> None:
    """Every cell of a result is its runs; what a cell does not have is NaN, and no label is of
    nothing.
    """
    settings = experiments(grid)
    runs = [[alone(at, grid.seed, number) for number in range(grid.n_seeds)] for at in settings]
    check_labels(grid, data, [run for cell_runs in runs for run in cell_runs])
    for places, at, own in zip(grid.places, settings, runs, strict=True):
        here, where = data.isel(places), f"cell {places}"
        if keep == "mean":
            check_means(here, own, where)
        else:
            for number, run in enumerate(own):
                check_run(here.isel(seed=number), run, f"{where}, seed {number}")
        check_divergences(here["fraction_diverged"], own, where)
        check_snr(here, at, where)


def check_labels(grid: Grid, data: xr.Dataset, runs: list[xr.Dataset]) -> None:
    """Numbers are numbers, switches booleans, all else words; the record's own axes are those of
    the cells.
    """
    for name in grid.columns:
        labels, found = grid.labels(name), data[name].values
        if all(type(label) is bool for label in labels):
            assert found.dtype == bool, (name, found.dtype)
        elif all(
            isinstance(label, (int, float, np.number)) and type(label) is not bool
            for label in labels
        ):
            assert found.dtype.kind in "iuf", (name, found.dtype)
        else:
            labels = list(map(str, labels))
        assert found.tolist() == labels, (name, found, labels)
    moments = sorted({int(step) for run in runs for step in run["time"].values})
    assert data["time"].values.tolist() == moments
    for axis in ("neuron", "sample", "patch"):
        most = max((run.sizes.get(axis, 0) for run in runs), default=0)
        assert data.sizes.get(axis, 0) == most, (axis, data.sizes, most)
    assert {name for run in runs for name in run.data_vars} - LOST <= {*data.data_vars}


def check_run(found: xr.Dataset, run: xr.Dataset, where: str) -> None:
    """One training of a result against the run alone; what has diverged has no number."""
    for name in {*found.data_vars} - {"fraction_diverged"}:
        assert_close(found[name].values, spread(run.get(name), found[name]), f"{name} in {where}")
    late = (found["diverged_at"] >= 0).values
    for name in {*found.data_vars} - {"diverged_at", "stopped_at", "fraction_diverged"}:
        assert np.isnan(found[name].transpose("time", ...).values[late]).all(), (
            f"{name} after divergence in {where}"
        )


def check_means(found: xr.Dataset, runs: list[xr.Dataset], where: str) -> None:
    """Mean, standard error and count of the numbers that the seeds have."""
    own = [name for name in found.data_vars if f"{name}_n" in found]
    assert {name for run in runs for name in run.data_vars} - LOST <= {*own}
    assert {*found.data_vars} == {
        *own,
        *(f"{name}{end}" for name in own for end in ("_se", "_n")),
        "fraction_diverged",
    }
    for name in own:
        each = np.stack([spread(run.get(name), found[name]) for run in runs])
        each = np.where(each < 0, np.nan, each) if name == "stopped_at" else each
        count = np.sum(~np.isnan(each), axis=0)
        with np.errstate(all="ignore"):
            mean = np.where(count > 0, np.nansum(each, axis=0) / count, np.nan)
            variance = np.where(
                count > 1, np.nansum((each - mean) ** 2, axis=0) / (count - 1), np.nan
            )
            error = np.sqrt(variance / count)
        assert found[f"{name}_n"].dtype.kind == "i", name
        np.testing.assert_array_equal(found[f"{name}_n"], count, err_msg=f"{name}_n in {where}")
        assert_close(found[name].values, mean, f"{name} in {where}")
        assert_close(found[f"{name}_se"].values, error, f"{name}_se in {where}", scale(mean))


def check_divergences(found: xr.DataArray, runs: list[xr.Dataset], where: str) -> None:
    """The fraction of seeds that have diverged, at the moments that the cell has."""
    fractions = [spread((run["diverged_at"] >= 0).astype(found.dtype), found) for run in runs]
    np.testing.assert_array_equal(
        found, np.mean(fractions, axis=0), err_msg=f"fraction_diverged in {where}"
    )


def check_snr(found: xr.Dataset, at: ss.Experiment, where: str) -> None:
    """SNR and n·SNR² are those of the cell, where they are told."""
    for name, power, factor in (("snr", 1, 1), ("n_snr2", 2, at.n_samples)):
        if name in found.coords and found[name].dtype.kind == "f":
            snr = float(getattr(at.problem, "snr", np.nan))
            np.testing.assert_allclose(
                found[name], factor * snr**power, rtol=1e-6, err_msg=f"{name} in {where}"
            )


def spread(values: xr.DataArray | None, like: xr.DataArray) -> np.ndarray:
    """The numbers of a run in the place that the whole result has for them, and nothing around."""
    whole = np.full(like.shape, -1 if like.dtype.kind == "i" else np.nan, like.dtype)
    if values is None:
        return whole
    ordered = values.expand_dims([dim for dim in like.dims if dim not in values.dims]).transpose(
        *like.dims
    )
    whole[np.ix_(*(_positions(ordered, like, str(dim)) for dim in like.dims))] = ordered.values
    return whole


def _positions(values: xr.DataArray, like: xr.DataArray, dim: str) -> list[int]:
    if dim not in ("time", "sign", "kind"):
        return list(range(values.sizes[dim]))
    known = like[dim].values.tolist()
    return [known.index(label) for label in values[dim].values.tolist()]


def scale(values: Any) -> float:
    """The largest finite magnitude."""
    found = np.asarray(values)
    return float(np.max(np.abs(found[np.isfinite(found)]), initial=0.0))


def assert_close(found: Any, expected: Any, what: str, large: float | None = None) -> None:
    """Equal to rounding, relative to each number and to the largest; NaN where NaN is due."""
    slack = CLOSE * (scale(expected) if large is None else large) + FLOOR
    np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=slack, err_msg=what)
