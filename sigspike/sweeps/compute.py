"""One chunk of a plan, computed: numbers vmapped, the rest in turn, all devices at work."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, UInt

from sigspike.foundation.paths import put_all
from sigspike.foundation.records import named_axes
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.records import Record
from sigspike.simulation.simulation import run
from sigspike.sweeps.plan import Chunk, Plan
from sigspike.sweeps.programs import SEED
from sigspike.sweeps.statistics import over_seeds

Numbers = dict[str, Array]


def compute(plan: Plan, number: int) -> xr.Dataset:
    """The records of a chunk, with a dimension for every free axis and ``seed``, in the plan's
    order.

    A chunk at the edge of the grid is filled up with copies of its last place, so that one
    compilation serves all.
    """
    chunk = plan.chunk(number)
    program = chunk.program
    numbers = _numbers(plan, chunk)
    inner = tuple(name for name in plan.inner(program) if numbers[name])
    outer = tuple(name for name in plan.names if name not in inner and numbers[name])
    shards = _shard(inner, numbers)
    sides = [[shards[name] for name in names] for names in (outer, inner)]
    record = _run(program.experiment, sides[0], sides[1], jnp.uint32(plan.seed), program.room)
    dataset = named_axes(jax.tree.map(np.asarray, record), (*outer, *inner, "time"))
    dataset = dataset.isel({name: slice(len(chunk.places[name])) for name in (*outer, *inner)})
    dataset = dataset.expand_dims(
        {name: len(chunk.places[name]) for name in plan.names if not numbers[name]}
    )
    return over_seeds(dataset) if plan.keep == "mean" else dataset


def _numbers(plan: Plan, chunk: Chunk) -> dict[str, dict[str, np.ndarray]]:
    """What moves along every axis of a chunk (nothing, where all is shape), filled up to the size
    of the block.
    """
    sizes, places = plan.sizes(chunk.program), chunk.places
    filled = {
        name: (*places[name], *[places[name][-1]] * (size - len(places[name])))
        for name, size in sizes.items()
    }
    numbers = {axis.name: chunk.program.numbers(axis, filled[axis.name]) for axis in plan.axes}
    return numbers | {SEED: {SEED: np.asarray(filled[SEED], np.uint32)}}


def _shard(inner: tuple[str, ...], numbers: dict[str, dict[str, np.ndarray]]) -> dict[str, Numbers]:
    """The numbers as arrays; of the vmapped axes the longest that divides is spread over the
    devices.
    """
    n_devices = jax.local_device_count()
    lengths = {name: len(next(iter(numbers[name].values()))) for name in inner}
    spread = max(
        (name for name in inner if lengths[name] % n_devices == 0),
        key=lengths.__getitem__,
        default=None,
    )
    arrays = {}
    for name, own in numbers.items():
        spec = PartitionSpec("cell") if name == spread and n_devices > 1 else PartitionSpec()
        place = NamedSharding(Mesh(np.array(jax.local_devices()), ("cell",)), spec)
        arrays[name] = {
            path: jax.device_put(_as_float(path, values), place) for path, values in own.items()
        }
    return arrays


def _as_float(path: str, values: np.ndarray) -> np.ndarray:
    return values if path == SEED else values.astype(jnp.zeros(()).dtype)


@eqx.filter_jit
def _run(
    experiment: Experiment,
    outer: list[Numbers],
    inner: list[Numbers],
    seed: UInt[Array, ""],
    room: int | None,
) -> Record:
    """All trainings of a chunk; leading axes in the order of ``outer``, then ``inner``."""

    def training(*sides: Numbers) -> Record:
        numbers = {path: value for side in sides for path, value in side.items()}
        key = jax.random.fold_in(jax.random.key(seed), numbers.pop(SEED))
        return run(put_all(experiment, numbers), key, room)

    def batch(*followed: Numbers) -> Record:
        function = training
        for position in reversed(range(len(inner))):
            axes = [None] * len(outer) + [0 if k == position else None for k in range(len(inner))]
            function = jax.vmap(function, in_axes=axes)
        return function(*followed, *inner)

    lengths = [len(next(iter(side.values()))) for side in outer]
    if math.prod(lengths) == 1:
        records = batch(*jax.tree.map(lambda values: values[0], outer))
        return jax.tree.map(lambda leaf: leaf.reshape(*lengths, *leaf.shape), records)
    index = jnp.unravel_index(jnp.arange(math.prod(lengths)), lengths)
    pairs = zip(outer, index, strict=True)
    flat = [
        jax.tree.map(lambda values, chosen=chosen: values[chosen], side) for side, chosen in pairs
    ]
    records = lax.map(lambda sides: batch(*sides), flat)
    return jax.tree.map(lambda leaf: leaf.reshape(*lengths, *leaf.shape[1:]), records)
