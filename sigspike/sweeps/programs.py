"""The programs of a sweep: one compilation for every shape that padding does not spare."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jax.core import Tracer

from sigspike.foundation.paths import put_all
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.simulation import run
from sigspike.sweeps import cost
from sigspike.sweeps.axis import Axis
from sigspike.sweeps.cells import cell, contexts, moves_a_number

SEED, WIDTH, ALIVE = "seed", "network.width", "network.alive"

Places = Mapping[str, tuple[int, ...]]  # along every axis, by its name


@dataclass(frozen=True)
class Program:
    """One compilation: the ``places`` along every axis that it serves, and the paths whose numbers
    it is ``told``.

    ``experiment`` is the cell that takes most room, ``room`` its d (None where the problem has
    none); whatever moves in the other cells is told as a number when the program runs, all of it
    and at once (``paths.put_all``), so that the order of the axes plays no part.
    """

    experiment: Experiment
    room: int | None  # d as a shape, where there is one
    places: Places
    told: frozenset[str]

    @cached_property
    def record(self) -> Any:
        """The record of one training, as shapes."""
        return eqx.filter_eval_shape(run, self.experiment, jax.random.key(0), self.room)

    @property
    def record_bytes(self) -> int:
        """Its size."""
        return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(self.record))

    def numbers(self, axis: Axis, places: Sequence[int]) -> dict[str, np.ndarray]:
        """What the program is told along an axis: numbers, and for a padded width how many filters
        are alive.
        """
        return {
            ALIVE if path == WIDTH else path: np.asarray([column[place] for place in places], float)
            for path, column in axis.pairs()
            if path in self.told
        }


def make_programs(
    experiment: Experiment, axes: tuple[Axis, ...], n_seeds: int
) -> tuple[Program, ...]:
    """One for every combination of shapes and of code among the cells, and of rooms where cells are
    padded.
    """
    return tuple(
        program
        for places in shapes(experiment, axes)
        for program in _padded(experiment, axes, places, n_seeds)
    )


def shapes(experiment: Experiment, axes: tuple[Axis, ...]) -> Iterator[Places]:
    """The cells grouped by their parts and by all that is no number, but for widths, which may be
    padded.
    """
    for context in contexts(axes):
        in_cell = cell(experiment, axes, context)
        fixed = {
            path for axis in axes for path in axis.paths if not moves_a_number(in_cell, path)
        } - {WIDTH}

        def groups(
            axis: Axis, context: Mapping[str, int] = context, fixed: set[str] = fixed
        ) -> list[tuple[int, ...]]:
            if axis.replaces_parts:
                return [(context[axis.name],)]
            columns = [column for path, column in axis.pairs() if path in fixed]
            return grouped(
                range(len(axis)), lambda place: tuple(column[place] for column in columns)
            )

        for chosen in itertools.product(*map(groups, axes)):
            yield dict(zip((axis.name for axis in axes), chosen, strict=True))


def _padded(
    experiment: Experiment, axes: tuple[Axis, ...], places: Places, n_seeds: int
) -> Iterator[Program]:
    """The programs of cells that differ in numbers and widths: padded where they can be, or one for
    every size.
    """
    start = {name: own[0] for name, own in places.items()}
    first = cell(experiment, axes, start)
    spans = _spans(first)
    pads = spans and type(first.network).can_pad()
    told = frozenset(path for axis in axes for path in axis.paths if moves_a_number(first, path))
    told |= {WIDTH} if pads else set()
    deep = [
        axis
        for axis in axes
        if first.explicit_dim is not None and _moves_dim(first, told.intersection(axis.paths))
    ]
    sized = [axis for axis in axes if axis in deep or WIDTH in axis.paths]

    def trained(changes: dict[str, int]) -> Experiment:
        return cell(experiment, axes, start | changes)

    def rooms(axis: Axis) -> list[list[tuple[int, ...]]]:
        made = (
            {place: trained({axis.name: place}) for place in places[axis.name]}
            if axis in deep
            else {}
        )
        sizes = {
            k: _size(made[k]) if made else (axis.values(k)[WIDTH], 0) for k in places[axis.name]
        }
        alike = grouped(sizes, sizes.__getitem__)
        if (axis in deep and not spans) or (WIDTH in axis.paths and not pads):
            # More room would change what these cells draw, or they have nowhere to put it
            return [[group] for group in alike]
        alike = sorted(alike, key=lambda group: sizes[group[0]], reverse=True)
        others = n_seeds * math.prod(len(own) for name, own in places.items() if name != axis.name)
        costs = [
            cost.seconds(made.get(group[0]) or trained({axis.name: group[0]})) for group in alike
        ]
        return _buckets(alike, costs, others)

    names = [axis.name for axis in sized]
    for chosen in itertools.product(*map(rooms, sized)):
        here = {
            name: tuple(sorted(itertools.chain(*bucket)))
            for name, bucket in zip(names, chosen, strict=True)
        }
        # The largest width and the largest d may come from different cells
        corners = itertools.product(*([group[0] for group in bucket] for bucket in chosen))
        largest, room = _largest(
            [trained(dict(zip(names, corner, strict=True))) for corner in corners]
        )
        yield Program(largest, room, {**places, **here, SEED: tuple(range(n_seeds))}, told)


def _largest(cells: Sequence[Experiment]) -> tuple[Experiment, int | None]:
    """A cell with the width that all of them fit in, and d as a shape that they fit in, where there
    is one.
    """
    largest = max(cells, key=_size)
    if largest.explicit_dim is None:
        return largest, None
    return largest, max(_size(experiment)[1] for experiment in cells)


def _buckets(
    alike: Sequence[tuple[int, ...]], costs: Sequence[float], trainings: int
) -> list[list[tuple[int, ...]]]:
    """Groups of places that share a program: another compilation only where it costs less than the
    padding it saves.

    From the largest down, each group joins the bucket before it while the padding of that bucket,
    ``trainings`` a place times the difference in ``cost.seconds``, stays below a compilation.
    """
    buckets: list[list[tuple[int, ...]]] = []
    most, wasted = 0.0, 0.0
    for group, seconds in zip(alike, costs, strict=True):
        wasted += trainings * len(group) * (most - seconds)
        if not buckets or wasted > cost.COMPILATION:
            buckets.append([])
            most, wasted = seconds, 0.0
        buckets[-1].append(group)
    return buckets


def grouped(places: Iterable[int], key: Callable[[int], Any]) -> list[tuple[int, ...]]:
    """Places with equal keys together, in the order in which the keys come."""
    by_key: dict[Any, list[int]] = {}
    for place in places:
        by_key.setdefault(key(place), []).append(place)
    return [tuple(group) for group in by_key.values()]


def _size(experiment: Experiment) -> tuple[int, int]:
    return experiment.network.width, experiment.explicit_dim or 0


def _spans(experiment: Experiment) -> bool:
    """Whether vectors are drawn in the span of the run's own, where room for more changes no draw.

    (With the settings of jax that ``provenance.check_settings`` asks for, a longer draw begins with
    the shorter one.)
    """
    return experiment.space == "coefficients" and experiment.problem.isotropic


def _moves_dim(experiment: Experiment, paths: Iterable[str]) -> bool:
    """Whether d depends on the numbers at these paths."""
    traced = []

    def dim(value: Any) -> None:
        numbers = {ALIVE if path == WIDTH else path: value for path in paths}
        traced.append(isinstance(put_all(experiment, numbers).problem.patch_dim, Tracer))

    try:
        jax.eval_shape(dim, 0.5)
    except jax.errors.ConcretizationTypeError:  # d is made with Python's own numbers
        return True
    return traced[0]
