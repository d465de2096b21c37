"""The programs of a sweep: one compilation for every shape that padding does not make unnecessary."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import equinox as eqx
import jax

from sigspike.experiment import Experiment
from sigspike.simulation import run
from sigspike.sweeps import cost
from sigspike.sweeps.axes import Axis

SEED = "seed"


@dataclass(frozen=True)
class Program:
    """One compilation: an experiment, and the places along every axis that it serves."""

    experiment: Experiment
    room: int | None  # d as a shape, where there is one
    places: Mapping[str, tuple[int, ...]]

    @cached_property
    def record(self) -> Any:
        """The record of one training, as shapes."""
        return eqx.filter_eval_shape(run, self.experiment, jax.random.key(0), self.room)

    @property
    def record_bytes(self) -> int:
        """Its size."""
        return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(self.record))


def make_programs(experiment: Experiment, axes: tuple[Axis, ...], n_seeds: int) -> tuple[Program, ...]:
    """One for every combination of looped places and of rooms along the padded axes."""
    fixed, padded = ([axis for axis in axes if axis.kind == kind] for kind in ("looped", "padded"))
    every = {axis.name: tuple(range(len(axis))) for axis in axes} | {SEED: tuple(range(n_seeds))}
    found = []
    for chosen in itertools.product(*(range(len(axis)) for axis in fixed)):
        at = experiment
        for axis, place in sorted(zip(fixed, chosen, strict=True), key=lambda pair: _depth(pair[0])):
            at = axis.at(at, place)
        here = every | {axis.name: (place,) for axis, place in zip(fixed, chosen, strict=True)}
        trainings = math.prod(map(len, here.values()))
        for rooms in itertools.product(*(_buckets(at, axis, trainings / len(axis)) for axis in padded)):
            found.append(_program(at, axes, here | dict(zip((axis.name for axis in padded), rooms, strict=True))))
    return tuple(found)


def _program(at: Experiment, axes: tuple[Axis, ...], places: dict[str, tuple[int, ...]]) -> Program:
    """The experiment with room for every place; a field that its parts lack is refused here."""
    for axis in axes:
        if axis.kind == "padded":
            at = axis.at(at, max(places[axis.name], key=lambda place, axis=axis: _room(axis.at(at, place))))
    for axis in axes:
        if axis.kind == "number":
            axis.at(at, places[axis.name][0])
    return Program(at, at.explicit_dim, places)


def _buckets(at: Experiment, axis: Axis, trainings: float) -> list[tuple[int, ...]]:
    """Places that share a program: another compilation only where it costs less than the padding it saves.

    From the largest down, each place joins the bucket before it while the padding of that bucket, ``trainings`` a place
    times the difference in ``cost.seconds``, stays below a compilation.
    """
    costs = [cost.seconds(axis.at(at, place)) for place in range(len(axis))]
    order = sorted(range(len(axis)), key=lambda place: _room(axis.at(at, place)), reverse=True)
    buckets, wasted = [[order[0]]], 0.0
    for place in order[1:]:
        wasted += trainings * (costs[buckets[-1][0]] - costs[place])
        if wasted > cost.COMPILATION:
            buckets.append([])
            wasted = 0.0
        buckets[-1].append(place)
    return [tuple(sorted(bucket)) for bucket in buckets]


def _room(at: Experiment) -> tuple[int, int]:
    return at.network.width, at.explicit_dim or 0


def _depth(axis: Axis) -> int:
    """Parts go in before their fields do."""
    return max(path.count(".") for path in axis.paths)
