"""The result of a sweep as labelled arrays: its variables and coordinates, and where each chunk goes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from sigspike import tree
from sigspike.experiment import Experiment
from sigspike.store import Region, Regions, Variable
from sigspike.sweeps.axes import Axis
from sigspike.sweeps.plan import Plan
from sigspike.sweeps.programs import SEED
from sigspike.sweeps.sharing import put_all
from sigspike.sweeps.statistics import over_seeds

NOT_YET = -1  # diverged_at of a run that has not


@dataclass(frozen=True)
class Grid:
    """Dimensions: one an axis in the order given, ``seed`` (unless only means are kept), ``time``, the record's own.

    Programs may differ in their own axes (a neuron, a sample, a moment): what a cell does not have is NaN.
    """

    plan: Plan

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """Name, dimensions, shape, type and attributes of every array, and the sizes of its chunks."""
        samples = [self._sample(program) for program in self.plan.programs]
        sizes = {axis.name: len(axis) for axis in self.plan.axes} | {SEED: self.plan.n_seeds, "time": len(self.steps)}
        for sample in samples:
            own = {str(dim): size for dim, size in sample.sizes.items() if dim not in sizes}
            self._own.update({dim: max(size, self._own.get(dim, 0)) for dim, size in own.items()})
        blocks = {axis.name: 1 for axis in self.plan.axes if axis.kind != "number"} | {
            name: size for name, size in self.plan.blocks.items() if self._kind(name) == "number"
        }
        found = {}
        for name, values in samples[0].items():
            dims = (
                *(dim for dim in self.plan.names if dim != SEED or self.plan.keep == "seeds"),
                *map(str, values.dims),
            )
            shape = tuple((sizes | self._own)[dim] for dim in dims)
            chunks = tuple(min(blocks.get(dim, size), size) for dim, size in zip(dims, shape, strict=True))
            fill = NOT_YET if values.dtype.kind == "i" else np.nan
            found[str(name)] = Variable(dims, shape, chunks, values.dtype, fill, dict(values.attrs))
        return found

    @cached_property
    def _own(self) -> dict[str, int]:
        return {}

    def _kind(self, name: str) -> str:
        return next((axis.kind for axis in self.plan.axes if axis.name == name), "number")

    def _sample(self, program: Any) -> xr.Dataset:
        """What one cell of a program looks like, empty."""
        empty = jax.tree.map(lambda leaf: np.zeros((1, *leaf.shape), leaf.dtype), program.record)
        dataset = tree.named_axes(empty, (SEED, "time")).drop_vars("time")
        return over_seeds(dataset) if self.plan.keep == "mean" else dataset.isel({SEED: 0})

    @cached_property
    def steps(self) -> np.ndarray:
        """Every step at which some program is recorded."""
        return np.unique(np.concatenate([program.experiment.record_steps for program in self.plan.programs]))

    @cached_property
    def coords(self) -> xr.Dataset:
        """The labels of the axes with their names and units, seeds, steps, signs and kinds, SNR and n·SNR²."""
        labels = {}
        for axis in self.plan.axes:
            values = np.array(axis.labels, dtype=object if isinstance(axis.labels[0], str) else None)
            labels[axis.name] = (axis.name, values, {"long_name": axis.about, "units": "1"})
        if self.plan.keep == "seeds":
            labels[SEED] = (SEED, np.arange(self.plan.n_seeds), {"long_name": "number of the seed"})
        labels["time"] = ("time", self.steps, {"long_name": "gradient steps", "units": "1"})
        own = {dim for variable in self.variables.values() for dim in variable.dims}
        labels |= {dim: (dim, names[-self._own[dim] :]) for dim, names in tree.AXES.items() if dim in own}
        return xr.Dataset(coords=labels).assign_coords(self._derived())

    def _derived(self) -> dict[str, xr.DataArray]:
        """SNR and n·SNR² over the axes that may move them, where the problem has an SNR."""
        movers = [axis for axis in self.plan.axes if any(path.startswith("problem") for path in axis.paths)]
        samples = [axis for axis in self.plan.axes if "n_samples" in axis.paths]
        plain = all(isinstance(value, (int, float)) for axis in movers for column in axis.columns for value in column)
        mixed = any(axis in samples for axis in movers)
        if not hasattr(self.plan.experiment.problem, "snr") or not plain or mixed:
            return {}
        snr = self._over(movers, lambda at: tree.get(at, "problem.snr"))
        snr.attrs = {"long_name": tree.about(self.plan.experiment, "problem.snr"), "units": "1"}
        count = [xr.DataArray(list(axis.columns[axis.paths.index("n_samples")]), dims=axis.name) for axis in samples]
        product = (count[0] if count else self.plan.experiment.n_samples) * snr**2
        found = {"snr": snr, "n_snr2": product.assign_attrs(long_name="n·SNR²", units="1")}
        return {name: values for name, values in found.items() if name not in self.plan.names}

    def _over(self, axes: list[Axis], quantity: Callable[[Experiment], Any]) -> xr.DataArray:
        """A quantity of the experiment on the grid of some axes of numbers."""

        def cell(*numbers: dict[str, Any]) -> Any:
            merged = {path: value for own in numbers for path, value in own.items()}
            return jnp.asarray(quantity(put_all(self.plan.experiment, merged)), float)

        function = cell
        for position in reversed(range(len(axes))):
            function = jax.vmap(function, in_axes=[0 if k == position else None for k in range(len(axes))])
        pairs = [zip(axis.paths, axis.columns, strict=True) for axis in axes]
        columns = [{path: np.asarray(column) for path, column in own if path.startswith("problem")} for own in pairs]
        return xr.DataArray(np.asarray(jax.jit(function)(*columns)), dims=[axis.name for axis in axes])

    def places(self, number: int) -> list[tuple[str, Region]]:
        """Where the numbers of a chunk stand in every array: whole along time and the record's own axes."""
        chosen = self.plan.chunk(number).places
        return [
            (name, tuple(np.array(chosen.get(dim, range(size))) for dim, size in zip(v.dims, v.shape, strict=True)))
            for name, v in self.variables.items()
        ]

    def regions(self, number: int, data: xr.Dataset) -> Regions:
        """The same with the numbers themselves."""
        moments = np.searchsorted(self.steps, self.plan.chunk(number).program.experiment.record_steps)
        found = []
        for name, where in self.places(number):
            variable = self.variables[name]
            values = data[name].expand_dims([dim for dim in variable.dims if dim not in data[name].dims])
            values = values.transpose(*variable.dims)
            inside = [moments if dim == "time" else np.arange(size) for dim, size in values.sizes.items()]
            whole = np.full([len(at) for at in where], variable.fill, variable.dtype)
            whole[np.ix_(*inside)] = values
            found.append((name, where, whole))
        return found

    @property
    def n_bytes(self) -> int:
        """The size of the result."""
        return sum(math.prod(variable.shape) * variable.dtype.itemsize for variable in self.variables.values())
