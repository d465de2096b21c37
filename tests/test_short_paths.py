"""A short path is the full path of the one field that ends in it, at every door."""

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache, reduce
from typing import Any

import grid_values
import numpy as np
import pytest
import xarray as xr
import zoo
from grid_oracle import Grid, cell, check

import sigspike as ss
from sigspike.foundation import paths
from sigspike.foundation.check import POSITIVE, Refusal
from sigspike.foundation.fields import Checked, number, part
from sigspike.sweeps.axes import read_axes
from sigspike.sweeps.sweep import describe_plan, plan_sweep

BASE = zoo.experiment(n_steps=4, record_every=2)


def places(owner: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The names on the way to every field and derived quantity of an object, but hidden ones."""
    shown = [f.name for f in fields(owner) if "hidden" not in f.metadata]
    yield from (
        (*before, name) for name in dict.fromkeys([*shown, *grid_values.derived(type(owner))])
    )
    for name in shown:
        if isinstance(getattr(owner, name), Checked):
            yield from places(getattr(owner, name), (*before, name))


def ends(owner: Any) -> dict[tuple[str, ...], list[str]]:
    """Every end of every place, and the full paths that have it: itself alone, where it is one."""
    known = list(places(owner))
    found = {place[first:]: [] for place in known for first in range(len(place))}
    for end in found:
        own = [place for place in known if place[len(place) - len(end) :] == end]
        found[end] = [".".join(place) for place in ([end] if end in known else own)]
    return found


@cache
def experiments() -> dict[str, ss.Experiment]:
    """One for every class of a problem, network or algorithm, and for every class of a part of
    these.
    """
    found = {}
    for base, name in (
        (ss.Problem, "problem"),
        (ss.Network, "network"),
        (ss.Algorithm, "algorithm"),
    ):
        for kind in zoo.concrete(base):
            made = zoo.specimen(kind)
            found[kind.__name__] = at = zoo.experiment(**{name: made}, space="weights")
            for field in filter(grid_values.is_part, fields(made)):
                for inner in zoo.concrete(field.metadata["domain"].kind):
                    inside = replace(made, **{field.name: zoo.specimen(inner)})
                    found[f"{kind.__name__}-{inner.__name__}"] = replace(at, **{name: inside})
    return found


def other(owner: Any, path: str) -> list[Any]:
    """Some values for what is at a full path (or its own, where it is a part or an array)."""
    *way, name = path.split(".")
    at = reduce(getattr, way, owner)
    if name in grid_values.derived(type(at)):
        return list(grid_values.derived_pool([at], name))[:2]
    return list(grid_values.pool(type(at).__dataclass_fields__[name]))[:2] or [getattr(at, name)]


def outcome(make: Any) -> Any:
    """A description, or that there is none."""
    try:
        return ss.describe(make())
    except Refusal:
        return "refused"


def refusal(make: Any) -> str:
    """The sentence in which something is refused."""
    with pytest.raises(Refusal) as found:
        make()
    assert "\n" not in str(found.value)
    return str(found.value)


@pytest.mark.parametrize("name", experiments())
def test_an_end_that_one_field_has_is_its_path(name):
    at = experiments()[name]
    for end, full in ends(at).items():
        path = ".".join(end)
        if len(full) == 1:
            expected = reduce(getattr, full[0].split("."), at)
            assert ss.describe(paths.get(at, path)) == ss.describe(expected), path
            for value in other(at, full[0]):
                by_hand = outcome(lambda full=full, value=value: cell(at, {full[0]: value}))
                assert outcome(lambda path=path, value=value: ss.put(at, path, value)) == by_hand, (
                    path,
                    value,
                )
        else:
            for door in (
                lambda path=path: paths.get(at, path),
                lambda path=path: ss.put(at, path, 0),
            ):
                said = refusal(door)
                assert f"`{path}`" in said
                assert all(one in said for one in full), (said, full)


@pytest.mark.parametrize("name", experiments())
def test_an_axis_of_every_end_is_the_axis_of_its_path(name):
    at = experiments()[name]
    for end, full in ends(at).items():
        path, values = ".".join(end), other(at, full[0])
        given = {"there": values[0]} if isinstance(values[0], Checked) else values
        for axis in ({path: given}, {"along": ss.Linked({path: given})}):
            if end[-1] in ("time", "labels") and path in axis:
                continue  # a record calls something so
            if len(full) == 1:
                (read,) = read_axes(at, axis)
                assert (read.paths, read.name) == (
                    (full[0],),
                    "along" if "along" in axis else end[-1],
                )
            else:
                assert all(one in refusal(lambda axis=axis: read_axes(at, axis)) for one in full)


def test_the_law_speaks_of_clashes_of_parts_and_of_full_paths_that_are_ends():
    known = {name: ends(at) for name, at in experiments().items()}
    assert known["Algorithm-Flips"]["flip_rate",] == [
        "problem.flip_rate",
        "algorithm.labels.flip_rate",
    ]
    assert known["Algorithm-Cosine"]["n_steps",] == ["n_steps"]
    assert known["Algorithm-Cosine"]["schedule", "n_steps"] == ["algorithm.schedule.n_steps"]
    assert {len(own) for one in known.values() for own in one.values()} >= {1, 2}


def test_a_hidden_field_has_no_short_path():
    assert "not 'alive'" in refusal(lambda: ss.put(BASE, "alive", 2.0))
    assert "not 'alive'" in refusal(lambda: plan_sweep(BASE, {"alive": [1, 2]}))


def test_an_unknown_name_is_refused_with_the_nearest():
    assert "'widht'; did you mean 'width'?" in refusal(lambda: ss.put(BASE, "widht", 3))
    assert "'widht'; did you mean 'width'?" in refusal(lambda: plan_sweep(BASE, {"widht": [3]}))
    cosine = ss.put(BASE, "schedule", ss.Cosine(40))
    said = refusal(lambda: ss.put(cosine, "schedule.finel", 0.1))
    assert "Cosine has" in said
    assert "did you mean 'final'?" in said


SWEPT = {
    "numbers": (
        {"snr": [0.1, 0.3], "learning_rate": [0.1, 0.2]},
        ("problem.snr", "algorithm.learning_rate"),
    ),
    "sizes": ({"width": [2, 3], "n_samples": [6]}, ("network.width", "n_samples")),
    "linked": (
        {"along": ss.Linked({"dim": [20, 30], "init_std": [0.1, 0.2]})},
        ("problem.dim", "network.init_std"),
    ),
    "parts": (
        {
            "schedule": {"slow": ss.Cosine(40, 0.1), "fast": ss.Cosine(4)},
            "schedule.final": [0.2, 0.5],
        },
        ("algorithm.schedule", "algorithm.schedule.final"),
    ),
    "parts in parts": (
        {
            "algorithm": {
                "heavy": ss.GradientDescent(0.3, optimiser=ss.HeavyBall()),
                "plain": ss.GradientDescent(0.2),
            },
            "schedule": {"a": ss.Cosine(40), "b": ss.Cosine(8)},
            "final": [0.1, 0.2],
        },
        ("algorithm", "algorithm.schedule", "algorithm.schedule.final"),
    ),
}


def in_full(axes, full):
    """Axes with the full paths that are given for theirs, in order."""
    names = iter(full)
    return {
        (name if isinstance(given, ss.Linked) else next(names)): (
            replace(given, fields={next(names): own for own in given.fields.values()})
            if isinstance(given, ss.Linked)
            else given
        )
        for name, given in axes.items()
    }


@pytest.mark.parametrize("name", SWEPT)
def test_a_sweep_over_short_paths_is_that_over_full_ones(name):
    axes, full = SWEPT[name]
    plans = [describe_plan(plan_sweep(BASE, given)) for given in (axes, in_full(axes, full))]
    assert plans[0] == plans[1]
    assert [path for own in plans[0]["axes"].values() for path in own] == list(full)
    if name in ("numbers", "parts in parts"):
        check(Grid(BASE, in_full(axes, full)), ss.sweep(BASE, axes))


STOPPING = {
    "heavy": ss.GradientDescent(0.1, optimiser=ss.HeavyBall()),
    "plain": ss.GradientDescent(0.1),
}
FLIPPING = {"flips": ss.LabelNoiseGD(0.1, 0.2), "plain": ss.GradientDescent(0.1)}


class Inner(Checked):
    """A part of an algorithm."""


class Deeper(Checked):
    """A part of that part."""

    leaf: float = number(POSITIVE, "a number", default=1.0)


class Left(Inner):
    """One that has the number itself."""

    leaf: float = number(POSITIVE, "a number", default=1.0)


class Right(Inner):
    """One that has it in a part of its own."""

    deeper: Deeper = part(Deeper, Deeper)


class Outer(ss.Algorithm):
    """An algorithm with parts inside a part."""

    inner: Inner = part(Inner, Left, kw_only=True)


def test_a_path_that_is_several_fields_in_some_cell_is_refused_with_all_of_them():
    for axes in (
        {"algorithm": FLIPPING, "flip_rate": [0.1]},
        {"flip_rate": [0.1], "algorithm": FLIPPING},
        {"algorithm": FLIPPING, "along": ss.Linked({"flip_rate": [0.1]})},
    ):
        said = refusal(lambda axes=axes: ss.sweep(BASE, axes))
        assert "`flip_rate`" in said
        assert "problem.flip_rate" in said
        assert "algorithm.labels.flip_rate" in said


def test_a_path_that_is_another_field_from_cell_to_cell_is_refused_with_all_of_them():
    """Each cell has one field of that name alone."""
    first, second = Outer(0.1, inner=Left()), Outer(0.1, inner=Right())
    for at in (first, second):
        assert float(paths.get(replace(BASE, algorithm=at), "leaf")) == 1.0
    said = refusal(lambda: ss.sweep(BASE, {"algorithm": {"a": first, "b": second}, "leaf": [0.5]}))
    assert "algorithm.inner.leaf" in said
    assert "algorithm.inner.deeper.leaf" in said
    outer = {"algorithm": {"a": first}, "inner": {"left": Left(), "right": Right()}}
    assert "algorithm.inner.deeper.leaf" in refusal(lambda: ss.sweep(BASE, outer | {"leaf": [0.5]}))
    alike = {"algorithm": {"a": first}, "inner": {"left": Right(), "right": Right()}, "leaf": [0.5]}
    assert [axis.paths[0] for axis in read_axes(BASE, alike)][1:] == [
        "algorithm.inner",
        "algorithm.inner.deeper.leaf",
    ]


def test_a_path_that_a_cell_lacks_is_refused_with_the_cell():
    said = refusal(lambda: ss.sweep(BASE, {"algorithm": STOPPING, "momentum": [0.5]}))
    assert "algorithm.optimiser.momentum" in said
    assert "algorithm = 'plain'" in said


@pytest.mark.parametrize(
    "axes",
    [
        {"snr": [0.1], "problem.snr": [0.1]},
        {"snr": [0.1], "along": ss.Linked({"problem.snr": [0.1]})},
        {"along": ss.Linked({"snr": [0.1], "problem.snr": [0.2]})},
        {"along": ss.Linked({"snr": [0.1]}), "beside": ss.Linked({"snr": [0.1]})},
        {"snr": [0.1], "signal_strength": [1.0]},
    ],
    ids=str,
)
def test_a_field_that_moves_twice_is_refused_however_it_is_written(axes):
    said = refusal(lambda: ss.sweep(BASE, axes))
    assert "must move a field once" in said
    assert "snr" in said


def test_a_store_of_short_paths_is_that_of_full_ones(tmp_path):
    first = ss.sweep(BASE, {"snr": [0.1, 0.3]}, store=tmp_path / "grid.zarr")
    told = []
    place, full = tmp_path / "grid.zarr", {"problem.snr": [0.1, 0.3]}
    again = ss.sweep(BASE, full, store=place, progress=lambda *at: told.append(at))
    assert told == [(2, 2)], "nothing is left to train"
    xr.testing.assert_identical(first, again)


def test_a_boundary_over_short_paths_is_that_over_full_ones():
    short = {"snr": [0.1, 0.3], "learning_rate": [0.1, 0.2]}
    full = {"problem.snr": [0.1, 0.3], "algorithm.learning_rate": [0.1, 0.2]}
    xr.testing.assert_identical(
        *(ss.trace_boundary(BASE, axes, 0.3, n_seeds=1) for axes in (short, full))
    )


def test_predictions_over_short_paths_are_those_over_full_ones():
    problem = ss.SignalNoise(dim=2000, signal_strength=2.0, noise_std=0.5)
    at = zoo.experiment(problem, algorithm=ss.LabelNoiseGD(0.1, 0.1))
    theorem, dims = ss.theory.LabelNoiseLearns(), [1000, 4000]
    phases = [
        ss.theory.predicted_phase(theorem, at, {path: dims}) for path in ("dim", "problem.dim")
    ]
    xr.testing.assert_identical(*phases)
    lines = [
        ss.theory.predicted_boundary(theorem, at, (x, dims), (y, 1e-3, 1e3))
        for x, y in (("dim", "signal_strength"), ("problem.dim", "problem.signal_strength"))
    ]
    xr.testing.assert_identical(*lines)
    assert np.isfinite(lines[0]).all()
