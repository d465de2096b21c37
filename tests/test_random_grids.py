"""A cell of a sweep is the run that its labels name: random grids over all that can be an axis."""

from dataclasses import fields

import grid_values
import jax
import numpy as np
import pytest
import zoo
from grid_doors import DOORS
from grid_draw import draw
from grid_oracle import Grid, check
from random_grids import judge, tell

import sigspike as ss
from sigspike.foundation.check import Range

SEED, COUNT = 7, 60


# a variance of numbers near the largest overflows
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("number", range(COUNT))
def test_a_cell_is_the_run_that_its_labels_name(number):
    grid, door = draw(SEED, number)
    outcome = judge(grid, door)
    if number % 15 == 14:
        jax.clear_caches()
    assert outcome.kind in ("passed", "refused"), (
        f"grid {number} of seed {SEED}\n{tell(grid, door)}\n{outcome.story}"
    )


@pytest.mark.filterwarnings("ignore")
def test_a_process_of_its_own_answers_alike():
    pytest.importorskip("distributed")
    base = zoo.experiment(n_steps=4, record_every=2)
    grid = Grid(
        base,
        {
            "network.width": [1, 3],
            "problem.dim": [20, 10**6],
            "algorithm.learning_rate": [0.1, 1e200],
        },
        2,
    )
    outcome = judge(grid, "cluster")
    assert outcome.kind == "passed", outcome.story


KINDS = list(dict.fromkeys(grid_values.classes(ss.Experiment)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_can_be_drawn(kind):
    """A new field is an axis, a part, hidden, an array of the user's, or has one legal value."""
    for field in fields(kind):
        held = (
            grid_values.is_part(field)
            or "hidden" in field.metadata
            or np.ndim(zoo.SMALL.get(field.name)) > 0
        )
        domain = field.metadata.get("domain")
        single = isinstance(domain, Range) and domain.low == domain.high
        assert held or len(grid_values.pool(field)) > (not single), field.name


def test_every_kind_of_axis_is_drawn():
    drawn = [draw(SEED, number)[0] for number in range(COUNT)]
    paths = {path for grid in drawn for path in grid.paths}
    shapes = {type(values).__name__ for grid in drawn for values in grid.axes.values()}
    assert {"list", "dict", "Linked", "ndarray"} <= shapes
    assert {"problem", "network", "problem.snr"} <= paths
    assert len(paths & {f"algorithm.{name}" for name in zoo.DIALS}) > 3
    assert any(path.count(".") == 2 for path in paths)
    assert len(paths) > 40


@pytest.fixture(scope="module")
def swept():
    """A grid and its result."""
    grid = Grid(
        zoo.experiment(n_steps=4, record_every=2),
        {"problem.dim": [20, 40], "network.width": [1, 2]},
        2,
    )
    return grid, ss.sweep(grid.base, grid.axes, grid.n_seeds)


SPOILT = {
    "a number": lambda data: data["margin"].values.__setitem__((0, 0, 1, 2, 3), 0.5),
    "a number too many": lambda data: data["gamma"].values.__setitem__((0, 0, 1, 2, 0, 1), 0.0),
    "a number too few": lambda data: data["train_loss"].values.__setitem__((0, 0, 1, 2), np.nan),
    "a divergence": lambda data: data["diverged_at"].values.__setitem__((0, 0, 1, 2), 3),
    "another's": lambda data: data["margin"].values.__setitem__(0, data["margin"].values[1]),
    "rounding a thousandfold": lambda data: data["margin"].values.__imul__(1 + 1e-6),
}


@pytest.mark.parametrize("name", SPOILT)
def test_whatever_is_wrong_is_noticed(swept, name):
    grid, data = swept
    check(grid, data)
    spoilt = data.copy(deep=True)
    SPOILT[name](spoilt)
    with pytest.raises(AssertionError):
        check(grid, spoilt)


def test_a_wrong_label_is_noticed(swept):
    grid, data = swept
    with pytest.raises(AssertionError):
        check(grid, data.assign_coords(dim=[20, 41]))
    with pytest.raises(AssertionError):
        check(grid, data.assign_coords(width=["1", "2"]))


def test_grids_that_mean_nothing_are_refused():
    """The judge takes no answer for right where there is none to give, and no refusal where there
    is one.
    """
    base = zoo.experiment(n_steps=4, record_every=2)
    for axes in (
        {"problem.snr": [0.5], "problem.signal_strength": [1.0]},
        {"algorithm.labels.flip_rate": [0.1, 0.2]},
    ):
        assert judge(Grid(base, axes), "memory").kind == "refused"


def test_a_wrong_refusal_is_noticed(monkeypatch):
    def refusing(*_):
        raise ss.Refusal("`axes` are not to my taste, dim and width")

    monkeypatch.setitem(DOORS, "memory", refusing)
    assert (
        judge(Grid(zoo.experiment(), {"problem.dim": [20], "network.width": [2]}), "memory").kind
        == "failed"
    )
