"""A grid of trainings in one call: numbers vmapped, shapes looped or padded, chunk by chunk.

Results are kept in memory, or on disk if wished.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sigspike.files.store import NAME, Store, described, read
from sigspike.foundation.check import Choice, Refusal
from sigspike.foundation.description import describe
from sigspike.foundation.interrupts import listening
from sigspike.foundation.oracle import verify_jax
from sigspike.foundation.provenance import RULES, check_settings, provenance, settings
from sigspike.simulation.experiment import Experiment
from sigspike.sweeps.axes import Values, check_sweep, read_axes
from sigspike.sweeps.cells import check_cells
from sigspike.sweeps.grid import Grid
from sigspike.sweeps.names import importable
from sigspike.sweeps.plan import Plan
from sigspike.sweeps.statistics import fraction_diverged
from sigspike.sweeps.workers import n_threads, on_cluster, on_threads

Progress = Callable[[int, int], None]
IN_MEMORY = 2**31  # bytes; a larger result goes to a store


@listening()
def sweep(
    experiment: Experiment,
    axes: Mapping[str, Values],
    n_seeds: int = 1,
    seed: int = 0,
    store: str | Path | None = None,
    keep: str = "seeds",
    cluster: str | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Simulate a grid; the records come back labelled, with a dimension for each axis, ``seed``,
    ``time`` and their own, the fraction diverged, and SNR and n·SNR² where there is one.

    ``experiment`` holds whatever no axis moves, and every cell is trained ``n_seeds`` times.
    ``axes`` maps paths (``"n_samples"``; ``"problem.snr"``, or ``"snr"`` where no other field ends
    so) to values, a part to objects by name (``"algorithm": {"GD": GradientDescent(1.0), …}``), or
    a name of its own to ``Linked`` fields; the dimension bears the last name of the path. A cell is
    the experiment with the values of all axes put at once (``paths.put_all``), and its records are
    those of ``simulate`` with fold_in(key(``seed``), k) for seed k (common random numbers),
    whatever else is in the grid, and whatever the chunks, devices or workers: cells differ by their
    settings and not by their draws. Numbers are vmapped, and cells that share the noise share one
    matrix product; shapes are looped, and padded where that costs less than compiling again.
    ``keep="mean"`` keeps mean, standard error, the number of seeds left and the fraction diverged
    instead of every seed.

    ``store``: a folder that receives the result chunk by chunk (Zarr). Stopped anywhere, the same
    call goes on where it was, and ends with the same bits. ``cluster``: ``"local:4"`` or the
    address of a dask scheduler, whose workers compute the chunks. ``progress(done, total)`` hears
    of finished trainings.
    """
    plan = plan_sweep(experiment, axes, n_seeds, seed, keep, store)
    description = describe_plan(plan)
    if cluster is not None:
        importable(plan)
    verify_jax()
    grid = Grid(plan)
    if store is None:
        return _finish(_in_memory(grid, description, cluster, progress), plan)
    make = lambda: (grid.variables, grid.coords)  # noqa: E731
    with Store.open(Path(store), description, plan.n_trainings, make) as kept:
        todo = [number for number in plan.order() if number not in kept.done]
        if todo:
            kept.begin(provenance() | {"started": time.strftime("%Y-%m-%dT%H:%M:%S%z")})
        told = _Teller(plan, progress, kept.done)
        with _chunks(plan, iter(todo), cluster) as chunks:
            for number, data, seconds in chunks:
                kept.write(
                    number, grid.regions(number, data), plan.chunk(number).n_trainings, seconds
                )
                told.of(number)
    return _finish(load(store), plan)


def load(store: str | Path) -> xr.Dataset:
    """The result in a store, after every file in it has been compared with its checksum; numbers
    are read when they are looked at.

    ``attrs["sigspike"]`` is its description, and how it came to be, as JSON. A store that is not
    finished says so in ``attrs["unfinished"]`` and a warning; one that is damaged is refused.
    """
    if not isinstance(store, (str, Path)):
        raise Refusal(f"`store` must be the path of a folder, got {store!r}")
    return read(Path(store))


def plan_sweep(
    experiment: Experiment,
    axes: Mapping[str, Values],
    n_seeds: int = 1,
    seed: int = 0,
    keep: str = "seeds",
    store: str | Path | None = None,
) -> Plan:
    """The checked plan of a `sweep` with these arguments: that of the ``store``, where one has
    begun, or the best for this machine.
    """
    check_sweep(experiment, n_seeds, seed)
    check_settings()
    Choice(("seeds", "mean")).check("keep", keep)
    checked = read_axes(experiment, axes)
    check_cells(experiment, checked)
    plan = Plan.make(experiment, checked, n_seeds, seed, keep, n_threads())
    begun = described(Path(store)) if store is not None else None
    blocks = begun.get("blocks") if begun is not None else None
    if not isinstance(blocks, dict) or list(blocks) != list(plan.blocks):
        return plan
    return (
        replace(plan, blocks=blocks)
        if all(type(n) is int and n >= 1 for n in blocks.values())
        else plan
    )


def describe_plan(plan: Plan) -> dict[str, Any]:
    """Everything that the numbers depend on, how they are labelled, and how they are cut."""
    return {
        "rules": RULES,
        "jax": settings(),
        "experiment": describe(plan.experiment, "experiment"),
        "axes": {axis.name: axis.describe() for axis in plan.axes},
        "labels": {axis.name: describe(axis.labels, f"axes.{axis.name}") for axis in plan.axes},
        "n_seeds": plan.n_seeds,
        "seed": plan.seed,
        "keep": plan.keep,
        "blocks": dict(plan.blocks),
    }


class _Teller:
    """Counts trainings for ``progress``."""

    def __init__(self, plan: Plan, progress: Progress | None, done: Any):
        self.plan, self.progress = plan, progress
        self.count = sum(plan.chunk(number).n_trainings for number in done)
        self._tell()

    def of(self, number: int) -> None:
        self.count += self.plan.chunk(number).n_trainings
        self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.count, self.plan.n_trainings)


def _chunks(plan: Plan, numbers: Any, cluster: str | None) -> Any:
    return closing(
        on_threads(plan, numbers) if cluster is None else on_cluster(plan, numbers, cluster)
    )


def _in_memory(
    grid: Grid, description: dict[str, Any], cluster: str | None, progress: Progress | None
) -> xr.Dataset:
    if grid.n_bytes > IN_MEMORY:
        remedy = "give a `store`, record less, or keep='mean'"
        raise Refusal(f"`axes` ask for a result of {grid.n_bytes / 1e9:.1f} GB in memory; {remedy}")
    arrays = {name: np.full(v.shape, v.fill, v.dtype) for name, v in grid.variables.items()}
    told = _Teller(grid.plan, progress, ())
    with _chunks(grid.plan, grid.plan.order(), cluster) as chunks:
        for number, data, _ in chunks:
            for name, where, values in grid.regions(number, data):
                arrays[name][np.ix_(*where)] = values
            told.of(number)
    facts = description | {"sessions": [provenance()]}
    labelled = {name: (v.dims, arrays[name], v.attrs) for name, v in grid.variables.items()}
    return grid.coords.assign(labelled).assign_attrs({NAME: json.dumps(facts, ensure_ascii=False)})


def _finish(data: xr.Dataset, plan: Plan) -> xr.Dataset:
    return data.assign(fraction_diverged=fraction_diverged(data)) if plan.keep == "seeds" else data
