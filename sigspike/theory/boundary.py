"""Predicted phase boundaries: where a theorem's control quantity is critical, over two fields."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from sigspike.foundation import paths
from sigspike.foundation.check import POSITIVE, Range, Refusal
from sigspike.foundation.short_paths import full_path
from sigspike.simulation.experiment import Experiment
from sigspike.theory.scales import Scales
from sigspike.theory.theorem import Theorem

FAR = 1e4  # beyond the logarithm of any ratio of doubles


def excess(theorem: Theorem, experiment: Experiment) -> float:
    """log(control / level): positive on the side of learning, negative on that of memorising, 0 on
    the boundary.
    """
    report = theorem(experiment)
    if not report.applies:
        failed = next(hypothesis for hypothesis in report.hypotheses if not hypothesis.holds)
        raise Refusal(
            f"`experiment` is none that {theorem.source} speaks about: {failed.name} must be "
            f"{failed.needed}, got {failed.found}"
        )
    with np.errstate(all="ignore"):
        scales = Scales.of(experiment).in_units_of_noise()
        return float(np.log(theorem.control(scales)) - np.log(theorem.level(scales)))


def predicted_phase(
    theorem: Theorem, experiment: Experiment, axes: dict[str, Iterable[Any]]
) -> xr.DataArray:
    """``excess`` over a grid of fields, as labelled as a sweep over the same ``axes``: its zero
    contour is the boundary.
    """
    names = [path.rpartition(".")[2] for path in axes]
    full = [full_path(experiment, path) for path in axes]
    grid = [list(entries) for entries in axes.values()]
    values = np.empty([len(entries) for entries in grid])
    for place in np.ndindex(values.shape):
        cell = experiment
        for path, entries, index in zip(full, grid, place, strict=True):
            cell = paths.put(cell, path, entries[index])
        values[place] = excess(theorem, cell)
    attrs = {"long_name": f"log({theorem.control_name} / critical value)", "units": "1"}
    return xr.DataArray(
        values, dict(zip(names, grid, strict=True)), names, name="excess", attrs=attrs
    )


def predicted_boundary(
    theorem: Theorem,
    experiment: Experiment,
    x: tuple[str, Iterable[Any]],
    y: tuple[str, float, float],
) -> xr.DataArray:
    """The value of the field y = (path, low, high) at which each value of the field x = (path,
    values) is critical.

    NaN where the control quantity does not pass its critical value between ``low`` and ``high``,
    which must be positive (it is solved for in log y). A count or a dimension is given as the real
    number where it would be critical: between two whole numbers the excess is read along a straight
    line.
    """
    (x_path, x_values), (y_path, low, high) = (x[0], list(x[1])), y
    x_path, y_path = full_path(experiment, x_path), full_path(experiment, y_path)
    POSITIVE.check("low", low)
    if not low < high < math.inf:
        raise Refusal(f"`high` must be above `low` = {low:g} and finite, got {high:g}")
    critical = [
        _solve(theorem, paths.put(experiment, x_path, value), y_path, low, high)
        for value in x_values
    ]
    attrs = {"long_name": paths.about(experiment, y_path), "units": "1"}
    x_name, y_name = (path.rpartition(".")[2] for path in (x_path, y_path))
    return xr.DataArray(critical, {x_name: x_values}, [x_name], name=y_name, attrs=attrs)


def _solve(theorem: Theorem, experiment: Experiment, path: str, low: float, high: float) -> float:
    from scipy.optimize import brentq

    whole = _is_whole(experiment, path)

    def there(value: float) -> float:
        beyond = excess(theorem, paths.put(experiment, path, value))
        return min(max(beyond, -FAR), FAR)  # finite, for the solver

    def excess_at(log_y: float) -> float:
        value = math.exp(log_y)
        if not whole:
            return there(value)
        below = max(math.floor(value), math.ceil(low))
        share = min(max(value - below, 0.0), 1.0)
        return (1 - share) * there(below) + (share * there(below + 1) if share else 0.0)

    ends = excess_at(math.log(low)), excess_at(math.log(high))
    if not ends[0] * ends[1] <= 0:  # nor where one is NaN
        return math.nan
    return math.exp(brentq(excess_at, math.log(low), math.log(high), xtol=1e-10))  # type: ignore[arg-type]


def _is_whole(experiment: Experiment, path: str) -> bool:
    """Whether the field at a path takes whole numbers alone."""
    owner, name = paths.owner_of(experiment, path)
    field = type(owner).__dataclass_fields__.get(name)
    domain = None if field is None else field.metadata.get("domain")
    return isinstance(domain, Range) and domain.whole
