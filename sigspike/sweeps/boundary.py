"""Tracing a phase boundary: trainings are spent where a quantity crosses a level, not on plains."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import equinox as eqx
import numpy as np
import xarray as xr

from sigspike.foundation.check import Range, Refusal
from sigspike.simulation.experiment import Experiment
from sigspike.sweeps.axes import Values, check_sweep, read_axes
from sigspike.sweeps.axis import Axis, Linked
from sigspike.sweeps.cells import cell, check_cells
from sigspike.sweeps.grid import Grid
from sigspike.sweeps.plan import Plan
from sigspike.sweeps.programs import shapes
from sigspike.sweeps.sweep import Progress, sweep

CONFIDENCE = 1.96  # standard errors

Cell = tuple[int, int]


class Mean(NamedTuple):
    """What the seeds of a cell come to: their mean and its standard error (NaN if all diverge), and
    how many do.
    """

    mean: float
    error: float
    diverged: float

    def above(self, level: float) -> bool | None:
        """The side of the level; None where there is no mean."""
        return None if math.isnan(self.mean) else self.mean > level


Measured = dict[Cell, Mean]


def trace_boundary(
    experiment: Experiment,
    axes: Mapping[str, Values],
    level: float,
    quantity: str = "test_error",
    n_seeds: int = 8,
    seed: int = 0,
    share: float = 0.25,
    progress: Progress | None = None,
) -> xr.Dataset:
    """The grid of two axes, trained only near the line where the last ``quantity`` crosses
    ``level``.

    A coarse lattice first; then, at half the spacing and down to single cells, the inside of every
    block whose corners disagree (mean above, mean below), or one of whose corners is uncertain
    (|mean − level| < 1.96 standard errors); disagreement first, until ``share`` of the grid's cells
    is trained. ``experiment``, ``axes``, ``n_seeds``, ``seed`` and ``progress`` are those of
    `sweep`.

    Returned on the whole grid: ``quantity`` (mean over seeds; interpolated linearly where nothing
    was trained), ``…_se`` and ``fraction_diverged`` (NaN there), ``trained``, and
    ``probability_above`` = Φ((mean − level)/se). Where all seeds diverge the mean is NaN, and so is
    whatever would be interpolated from it.
    """
    check_sweep(experiment, n_seeds, seed)
    Range(low=0, high=1, open_low=True).check("share", share)
    checked = read_axes(experiment, axes)
    grid = _plane(experiment, checked, quantity, n_seeds, seed)
    shape = len(checked[0]), len(checked[1])
    budget = max(4, int(share * math.prod(shape)))
    measured: Measured = {}
    spacing = _spacing(shape, budget)
    wanted = [(i, j) for i in _lattice(shape[0], spacing) for j in _lattice(shape[1], spacing)]
    while True:
        fresh = list(dict.fromkeys(index for index in wanted if index not in measured))[
            : budget - len(measured)
        ]
        measured |= _measure(experiment, checked, fresh, quantity, n_seeds, seed)
        if progress is not None:
            progress(len(measured) * n_seeds, budget * n_seeds)
        if spacing == 1 or len(measured) >= budget:
            break
        wanted = _refine(shape, spacing, measured, level)
        spacing //= 2
    return _fill(grid, measured, quantity, level)


def _plane(
    experiment: Experiment, axes: tuple[Axis, ...], quantity: str, n_seeds: int, seed: int
) -> Grid:
    """The grid that is to be filled; refused where it is no plane, or has no such quantity."""
    check_cells(experiment, axes)
    if len(axes) != 2:
        raise Refusal(
            f"`axes` must be two for a boundary in a plane, got {len(axes)}; fix the others"
        )
    chunks = {axis.name: 1 for axis in axes} | {"seed": n_seeds}
    grid = Grid(Plan(experiment, axes, n_seeds, seed, "mean", chunks))
    if quantity not in grid.variables or grid.variables[quantity].dims[2:] != ("time",):
        names = [
            name for name, variable in grid.variables.items() if variable.dims[2:] == ("time",)
        ]
        raise Refusal(
            f"`quantity` must be one number a training ({', '.join(names)}), got {quantity!r}"
        )
    return grid


def _lattice(length: int, spacing: int) -> list[int]:
    return sorted({*range(0, length, spacing), length - 1})


def _spacing(shape: tuple[int, int], budget: int) -> int:
    """The narrowest power of two whose lattice costs at most a third of the budget (or is the
    corners alone).
    """
    spacing = 1
    while (
        spacing < max(shape)
        and math.prod(len(_lattice(length, spacing)) for length in shape) > budget / 3
    ):
        spacing *= 2
    return spacing


def _refine(shape: tuple[int, int], spacing: int, measured: Measured, level: float) -> list[Cell]:
    """The cells of the next lattice inside unsettled blocks, those of disagreement first."""
    disagreeing: list[Cell] = []
    uncertain: list[Cell] = []
    rows, columns = (_lattice(length, spacing) for length in shape)
    for top, bottom in zip(rows, rows[1:] or rows, strict=False):
        for left, right in zip(columns, columns[1:] or columns, strict=False):
            corners = [
                measured[index]
                for index in ((top, left), (top, right), (bottom, left), (bottom, right))
                if index in measured
            ]
            inside = [
                (i, j)
                for i in _lattice(shape[0], spacing // 2)
                for j in _lattice(shape[1], spacing // 2)
                if top <= i <= bottom and left <= j <= right
            ]
            if {True, False} <= {corner.above(level) for corner in corners}:
                disagreeing += inside
            # So written, a mean that is NaN is uncertain
            elif any(
                not abs(corner.mean - level) >= CONFIDENCE * corner.error for corner in corners
            ):
                uncertain += inside
    return _nearest_first(measured, disagreeing, level) + uncertain


def _nearest_first(measured: Measured, cells: list[Cell], level: float) -> list[Cell]:
    """The cells in the order of how near the level they are, by interpolation between what was
    measured.
    """
    if not cells:
        return []
    distance = abs(_between(measured, np.array(cells, float)) - level)
    return [cells[k] for k in np.argsort(distance, kind="stable")]


def _between(measured: Measured, places: np.ndarray) -> np.ndarray:
    """The means interpolated linearly at some places of the plane (the nearest, outside of what was
    measured).

    NaN wherever a mean that is used is NaN, since all its seeds have diverged.
    """
    from scipy.interpolate import griddata

    known = np.array(list(measured), float)
    means = np.array([mean.mean for mean in measured.values()])
    lost = np.isnan(means)
    columns = np.stack([np.where(lost, 0, means), lost], axis=1)  # NaN would also mean "outside"
    values = griddata(known, columns, places, "nearest")
    if min(np.ptp(known, axis=0)) > 0:
        linear = griddata(known, columns, places, "linear")
        values = np.where(np.isnan(linear), values, linear)
    # The second column is the share that lost means have in a value, but for rounding
    return np.where(values[:, 1] > 1e-9, np.nan, values[:, 0])


def _measure(
    experiment: Experiment,
    axes: tuple[Axis, ...],
    cells: list[Cell],
    quantity: str,
    n_seeds: int,
    seed: int,
) -> Measured:
    """Mean and standard error of these cells: one sweep along the list, or one for every shape
    among them.

    Lists are filled up to a power of two with their last cell, so that rounds share compilations.
    """
    measured: Measured = {}
    names = [axis.name for axis in axes]
    for places in shapes(experiment, axes):
        group = [
            index
            for index in cells
            if all(k in places[name] for name, k in zip(names, index, strict=True))
        ]
        if not group:
            continue
        filled = group + group[-1:] * (2 ** math.ceil(math.log2(len(group))) - len(group))
        start = cell(experiment, axes, dict(zip(names, group[0], strict=True)))
        fields = {
            path: [column[index[number]] for index in filled]
            for number, axis in enumerate(axes)
            for path, column in axis.pairs()
            if not isinstance(column[0], eqx.Module)  # a part is that of the whole group
        }
        along = {"cell": Linked(fields, labels=range(len(filled)))} if fields else {}
        last = sweep(start, along, n_seeds, seed, keep="mean").isel(time=-1)
        columns = [
            np.atleast_1d(last[name]) for name in (quantity, f"{quantity}_se", "fraction_diverged")
        ]
        measured |= {
            index: Mean(*(float(column[k]) for column in columns)) for k, index in enumerate(group)
        }
    return measured


def _fill(grid: Grid, measured: Measured, quantity: str, level: float) -> xr.Dataset:
    """The whole grid, interpolated between the trained cells; nothing, where that would use a
    diverged one.
    """
    from scipy.special import ndtr

    axes = grid.plan.axes
    shape = tuple(len(axis) for axis in axes)
    everywhere = np.indices(shape).reshape(2, -1).T.astype(float)
    error, diverged = np.full(shape, np.nan), np.full(shape, np.nan)
    trained = np.zeros(shape, bool)
    for index, mean in measured.items():
        error[index], diverged[index], trained[index] = mean.error, mean.diverged, True
    values = _between(measured, everywhere).reshape(shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(
            error > 0,
            (values - level) / error,
            np.where(values == level, 0, np.sign(values - level) * np.inf),
        )
    dims, variables = tuple(axis.name for axis in axes), grid.variables
    own = [str(dim) for dim in grid.coords.dims if dim not in dims]
    return grid.coords.drop_dims(own).assign(
        {
            quantity: (dims, values, variables[quantity].attrs),
            f"{quantity}_se": (dims, error, variables[f"{quantity}_se"].attrs),
            "fraction_diverged": (dims, diverged, variables["fraction_diverged"].attrs),
            "trained": (dims, trained, {"long_name": "trained, not interpolated"}),
            "probability_above": (
                dims,
                ndtr(score),
                {"long_name": f"probability of {quantity} > {level:g}"},
            ),
        }
    )
