"""The result of a sweep as labelled arrays: variables, coordinates, and where each chunk goes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from sigspike.files.store import Region, Regions, Variable
from sigspike.foundation import paths
from sigspike.foundation.records import CLASS, labels_of, named_axes
from sigspike.simulation.experiment import Experiment
from sigspike.sweeps.axis import Axis
from sigspike.sweeps.plan import Plan
from sigspike.sweeps.programs import SEED, Program
from sigspike.sweeps.statistics import over_seeds


@dataclass(frozen=True)
class Grid:
    """Dimensions: one an axis in the order given, ``seed`` (unless only means are kept), ``time``,
    the record's own.

    Programs may differ in what they record and in its axes (a neuron, a sample, a moment): what a
    cell does not have is NaN. A record without the axis ``patch`` has one patch, the first.
    """

    plan: Plan

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """Name, dimensions, shape, type, attributes and chunk sizes of every array."""
        samples, sizes = self._samples, self._sizes
        variables = {}
        for name in dict.fromkeys(str(name) for sample in samples for name in sample):
            values = max(
                (sample[name] for sample in samples if name in sample),
                key=lambda values: values.ndim,
            )
            leading = (dim for dim in self.plan.names if dim != SEED or self.plan.keep == "seeds")
            dims = (*leading, *map(str, values.dims))
            shape = tuple(sizes[dim] for dim in dims)
            chunks = tuple(self._chunks.get(dim, sizes[dim]) for dim in dims)
            variables[name] = Variable(
                dims, shape, chunks, values.dtype, _missing(name, values.dtype), dict(values.attrs)
            )
        return variables

    @cached_property
    def _samples(self) -> list[xr.Dataset]:
        """What one cell of each program looks like, empty."""
        samples = [self._sample(program) for program in self.plan.programs]
        several = any(CLASS in sample.sizes for sample in samples)
        return [by_class(sample) if several else sample for sample in samples]

    def _sample(self, program: Program) -> xr.Dataset:
        empty = jax.tree.map(lambda leaf: np.zeros((1, *leaf.shape), leaf.dtype), program.record)
        dataset = named_axes(empty, (SEED, "time")).drop_vars("time")
        return over_seeds(dataset) if self.plan.keep == "mean" else dataset.isel({SEED: 0})

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """The length of every dimension: of the record's own, the greatest."""
        own: dict[str, int] = {}
        for sample in self._samples:
            own |= {str(dim): max(size, own.get(str(dim), 0)) for dim, size in sample.sizes.items()}
        return (
            own
            | {axis.name: len(axis) for axis in self.plan.axes}
            | {SEED: self.plan.n_seeds, "time": len(self.steps)}
        )

    @cached_property
    def _chunks(self) -> dict[str, int]:
        """Places of an axis in a file: a block, where every program serves all of them, else one by
        one.
        """
        whole = self.plan.n_seeds, *map(len, self.plan.axes)
        names = SEED, *(axis.name for axis in self.plan.axes)
        everywhere = {
            name: all(len(program.places[name]) == size for program in self.plan.programs)
            for name, size in zip(names, whole, strict=True)
        }
        return {name: self.plan.blocks[name] if everywhere[name] else 1 for name in names}

    @cached_property
    def steps(self) -> np.ndarray:
        """Every step at which some program is recorded."""
        return np.unique(
            np.concatenate([program.experiment.record_steps for program in self.plan.programs])
        )

    @cached_property
    def coords(self) -> xr.Dataset:
        """The labels of the axes with their names and units, seeds, steps, signs and kinds, SNR and
        n·SNR².
        """
        labels = {}
        some = self.plan.programs[0].experiment
        for axis in self.plan.axes:
            about = axis.about or paths.about(some, axis.paths[0])
            labels[axis.name] = (axis.name, axis.coordinate(), {"long_name": about, "units": "1"})
        if self.plan.keep == "seeds":
            labels[SEED] = (SEED, np.arange(self.plan.n_seeds), {"long_name": "number of the seed"})
        labels["time"] = ("time", self.steps, {"long_name": "gradient steps", "units": "1"})
        labels |= labels_of(self._sizes)
        return xr.Dataset(coords=labels).assign_coords(self._derived())

    def _derived(self) -> dict[str, xr.DataArray]:
        """SNR and n·SNR² over the axes that may move them, where all cells have an SNR."""
        if not all(hasattr(program.experiment.problem, "snr") for program in self.plan.programs):
            return {}
        movers = [
            axis
            for axis in self.plan.axes
            if any(path.startswith("problem") for path in axis.paths)
        ]
        snr = self._over(movers, lambda experiment: paths.get(experiment, "problem.snr"))
        snr.attrs = {
            "long_name": paths.about(self.plan.programs[0].experiment, "problem.snr"),
            "units": "1",
        }
        count = xr.DataArray(self.plan.experiment.n_samples)
        for axis in self.plan.axes:
            if "n_samples" in axis.paths:
                count = xr.DataArray(
                    np.array(axis.columns[axis.paths.index("n_samples")]), dims=axis.name
                )
        product = (count * snr**2).assign_attrs(long_name="n·SNR²", units="1")
        order = [axis.name for axis in self.plan.axes if axis.name in product.dims]
        derived = {"snr": snr, "n_snr2": product.transpose(*order)}
        return {name: values for name, values in derived.items() if name not in self.plan.names}

    def _over(self, axes: list[Axis], quantity: Callable[[Experiment], Any]) -> xr.DataArray:
        """A number of the cells on the grid of the axes that may move it, from the programs that
        serve them.
        """
        names = [axis.name for axis in axes]
        values = xr.DataArray(
            np.full([len(axis) for axis in axes], np.nan, jnp.zeros(()).dtype), dims=names
        )
        for program in self.plan.programs:
            places = [program.places[axis.name] for axis in axes]
            told = [program.numbers(axis, own) for axis, own in zip(axes, places, strict=True)]
            computed = _on_grid(
                program.experiment, [numbers for numbers in told if numbers], quantity
            )
            shape = [len(own) if numbers else 1 for own, numbers in zip(places, told, strict=True)]
            values.values[np.ix_(*places)] = np.reshape(computed, shape)
        return values

    def places(self, number: int) -> list[tuple[str, Region]]:
        """Where the numbers of a chunk stand in every array: whole along time and the record's own
        axes.
        """
        chosen = self.plan.chunk(number).places
        return [
            (
                name,
                tuple(
                    np.array(chosen.get(dim, range(size)))
                    for dim, size in zip(v.dims, v.shape, strict=True)
                ),
            )
            for name, v in self.variables.items()
        ]

    def regions(self, number: int, data: xr.Dataset) -> Regions:
        """The same with the numbers themselves."""
        moments = np.searchsorted(
            self.steps, self.plan.chunk(number).program.experiment.record_steps
        )
        data = by_class(data) if CLASS in self._sizes else data
        regions = []
        for name, where in self.places(number):
            variable = self.variables[name]
            whole = np.full([len(along) for along in where], variable.fill, variable.dtype)
            if name in data:
                values = data[name].expand_dims(
                    [dim for dim in variable.dims if dim not in data[name].dims]
                )
                values = values.transpose(*variable.dims)
                sizes = zip(variable.dims, values.shape, whole.shape, strict=True)
                whole[np.ix_(*(_inside(dim, size, room, moments) for dim, size, room in sizes))] = (
                    values
                )
            regions.append((name, where, whole))
        return regions

    @property
    def n_bytes(self) -> int:
        """The size of the result."""
        return sum(
            math.prod(variable.shape) * variable.dtype.itemsize
            for variable in self.variables.values()
        )


def _on_grid(
    experiment: Experiment, told: list[dict[str, np.ndarray]], quantity: Callable[[Experiment], Any]
) -> np.ndarray:
    """A number of the experiment on the grid of what it is told along each of some axes."""

    def of(*numbers: dict[str, Any]) -> Any:
        merged = {path: value for own in numbers for path, value in own.items()}
        return jnp.asarray(quantity(paths.put_all(experiment, merged)), float)

    for position in reversed(range(len(told))):
        of = jax.vmap(of, in_axes=[0 if k == position else None for k in range(len(told))])
    return np.asarray(of(*told))


def by_class(data: xr.Dataset) -> xr.Dataset:
    """Two classes among cells of several: −1 is the class 0, and +1 the class 1."""
    if "sign" not in data.sizes:
        return data
    return data.drop_vars("sign", errors="ignore").rename(sign=CLASS)


def _inside(dim: str, size: int, room: int, moments: np.ndarray) -> np.ndarray:
    """Where a cell's own entries stand along a dimension: a first layer that the classes share
    counts as the last of them.
    """
    if dim == "time":
        return moments
    last = dim == "sign" or (dim == CLASS and size == 1)
    return np.arange(room - size, room) if last else np.arange(size)


def _missing(name: str, dtype: np.dtype) -> float:
    """What stands where a cell has no number: NaN, a run that has not diverged or stopped, a mean
    of no seeds.
    """
    if dtype.kind != "i":
        return math.nan
    return -1 if name in ("diverged_at", "stopped_at") else 0
