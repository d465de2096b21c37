"""Draws a grid: any experiment, and axes from everything that can be an axis of it."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

import grid_values
import jax
import numpy as np
from grid_oracle import Grid, ambiguous, experiments
from numpy.random import Generator

import sigspike as ss
from sigspike.foundation.check import Refusal

SHAPES = 4  # programs a grid may need: compiling is nearly all that a grid costs
ROOM = 64  # the largest d of explicit vectors
WEIGHTS = {"memory": 8, "mean": 3, "store": 2, "file": 3, "flags": 2, "boundary": 2}


@cache
def draw(seed: int, number: int) -> tuple[Grid, str]:
    """A grid, and the way in which it is asked for."""
    return kin(seed, number, 1)[0]


@cache
def kin(seed: int, number: int, count: int) -> list[tuple[Grid, str]]:
    """A grid, and ``count`` - 1 more with its programs but with other, and more, numbers.

    Compiling is nearly all that a grid costs; and a number that a program kept from the grid it was
    compiled for would show only so.
    """
    rng = np.random.default_rng([seed, number])
    door = str(
        rng.choice(list(WEIGHTS), p=np.array(list(WEIGHTS.values())) / sum(WEIGHTS.values()))
    )
    while True:
        n_axes = 2 if door == "boundary" else int(rng.choice([1, 2, 3], p=[0.3, 0.45, 0.25]))
        grid, drawn = _grid(rng, n_axes, door == "flags")
        lawful = _is_lawful(grid)
        if _is_small(grid) and (lawful or rng.random() < 0.15):
            break
    others = [drawn.renumbered(grid) for _ in range(count - 1)]
    return [
        (own, door)
        for own in (grid, *(o for o in others if _is_small(o) and _is_lawful(o) == lawful))
    ]


def _is_lawful(grid: Grid) -> bool:
    cells = experiments(grid) if not ambiguous(grid) else []
    return bool(cells) and not any(isinstance(at, str) for at in cells)


def _is_small(grid: Grid) -> bool:
    cells = experiments(grid) if not ambiguous(grid) else []
    return all((at.explicit_dim or 0) <= ROOM for at in cells if isinstance(at, ss.Experiment))


def _grid(rng: Generator, n_axes: int, plain: bool) -> tuple[Grid, "Axes"]:
    while True:
        base = grid_values.experiment(rng)
        drawn = Axes(rng, base, plain)
        axes = drawn.axes(n_axes)
        if axes is not None and drawn.shapes <= SHAPES:
            grid = Grid(base, axes, int(rng.integers(1, 3)), int(rng.integers(100)))
            return replace(grid, said=drawn.said(grid)), drawn


class Axes:
    """Draws axes over an experiment: parts first, then fields that the parts of all cells have
    (rarely: of some).
    """

    def __init__(self, rng: Generator, base: ss.Experiment, plain: bool):
        self.rng, self.base, self.plain = rng, base, plain
        self.parts: dict[str, dict[str, Any]] = {}
        self.shapes = 1
        self.brevity = rng.spawn(1)[0]  # of its own: the same grids, however they are said

    def axes(self, count: int) -> dict[str, Any] | None:
        """Axes as ``ss.sweep`` takes them."""
        sizes = [
            1 if self.plain else int(self.rng.choice([1, 2, 3], p=[0.65, 0.25, 0.1]))
            for _ in range(count)
        ]
        lengths = [int(self.rng.choice([1, 2, 3], p=[0.15, 0.55, 0.3])) for _ in range(count)]
        slots: list[dict[str, Any]] = [{} for _ in range(count)]
        wholes = [
            [not self.plain and self.rng.random() < 0.2 for _ in range(size)] for size in sizes
        ]
        for whole in (True, False):
            for slot, length, kinds in zip(slots, lengths, wholes, strict=True):
                for _ in range(kinds.count(whole)):
                    path = self._path(whole, {path for own in slots for path in own})
                    slot[path] = (
                        self._part(path, length)
                        if whole
                        else self._column(path, length, len(kinds) > 1)
                    )
        self.shapes = math.prod(
            length for slot, length in zip(slots, lengths, strict=True) if self._costs(slot)
        )
        self.slots = slots
        return self._named(slots) if all(map(_even, slots)) else None

    def renumbered(self, grid: Grid) -> Grid:
        """The grid with a scaled number for every number of its base, and a longer axis for every
        axis of numbers.
        """
        leaves, parts = jax.tree.flatten(grid.base)
        base = jax.tree.unflatten(parts, [self._scaled(leaf) for leaf in leaves])
        slots = [
            slot if self._costs(slot) or not _is_numbers(slot) else self._longer(slot)
            for slot in self.slots
        ]
        try:
            base = ss.Experiment(**{f.name: getattr(base, f.name) for f in fields(base)})
        except Refusal:  # scaled numbers that do not go together
            base = grid.base
        return Grid(base, self._named(slots), grid.n_seeds, int(self.rng.integers(100)), grid.said)

    def said(self, grid: Grid) -> dict[str, str]:
        """Short for some paths, those that no other thing in any cell ends in."""
        ends = Counter(end for path in dict.fromkeys(self._everything()) for end in _ends(path))
        short = {path: [end for end in _ends(path)[1:] if ends[end] == 1] for path in grid.paths}
        chosen = [path for path, own in short.items() if own and self.brevity.random() < 0.5]
        return {path: grid_values.pick(self.brevity, short[path]) for path in chosen}

    def _everything(self, under: str = "") -> Iterator[str]:
        """The path of every field and derived quantity that some cell has."""
        for owner in self._owners(under):
            known = [f for f in fields(owner) if "hidden" not in f.metadata]
            for name in (*(f.name for f in known), *grid_values.derived(type(owner))):
                yield f"{under}.{name}".lstrip(".")
            for name in (f.name for f in known if grid_values.is_part(f)):
                yield from self._everything(f"{under}.{name}".lstrip("."))

    def _longer(self, slot: dict[str, Any]) -> dict[str, Any]:
        return {
            path: [self._scaled(value) for value in (*values, *values)]
            for path, values in slot.items()
        }

    def _scaled(self, value: Any) -> Any:
        # Dim stays whole
        is_number = np.ndim(value) == 0 and np.result_type(value).kind == "f" and value % 1
        return value * float(self.rng.uniform(0.5, 1.0)) if is_number else value

    def _owners(self, path: str) -> list[Any]:
        """The objects that can be at a path."""
        if not path:
            return [self.base]
        if path in self.parts:
            return list(self.parts[path].values())
        parent, _, name = path.rpartition(".")
        return [getattr(owner, name) for owner in self._owners(parent) if hasattr(owner, name)]

    def _paths(self, whole: bool, everywhere: bool, under: str = "") -> list[str]:
        owners = [grid_values.names(type(owner)) for owner in self._owners(under)]
        found = []
        for name in dict.fromkeys(name for own in owners for name in own):
            has = [own[name] for own in owners if name in own]
            if everywhere and len(has) < len(owners):
                continue
            path = f"{under}.{name}".lstrip(".")
            found += [path] if has[0] == whole else []
            found += self._paths(whole, everywhere, path) if has[0] else []
        return found

    def _path(self, whole: bool, taken: set[str]) -> str:
        known = self._paths(whole, everywhere=self.rng.random() > 0.05)
        again = self.rng.random() < 0.02
        depth = self.rng.random() < 0.6  # top-level fields are few
        free = [
            path
            for path in known
            if (again or path not in taken) and ("." in path or not depth or whole)
        ]
        return grid_values.pick(self.rng, free)

    def _part(self, path: str, length: int) -> dict[str, Any]:
        parent, _, name = path.rpartition(".")
        field = next(
            type(owner).__dataclass_fields__[name]
            for owner in self._owners(parent)
            if hasattr(owner, name)
        )
        objects = [grid_values.part(self.rng, field.metadata["domain"].kind) for _ in range(length)]
        self.parts[path] = {f"{type(made).__name__} {k}": made for k, made in enumerate(objects)}
        return self.parts[path]

    def _column(self, path: str, length: int, linked: bool) -> list[Any]:
        parent, _, name = path.rpartition(".")
        owners = [owner for owner in self._owners(parent) if name in grid_values.names(type(owner))]
        if name in grid_values.derived(type(owners[0])):
            pool = grid_values.derived_pool(owners, name)
        else:
            pool = grid_values.pool(
                type(grid_values.pick(self.rng, owners)).__dataclass_fields__[name]
            )
        if linked or len(pool) < length:
            return [grid_values.pick(self.rng, pool) for _ in range(length)]
        return [pool[int(k)] for k in self.rng.permutation(len(pool))[:length]]

    def _costs(self, slot: dict[str, Any]) -> bool:
        """Whether another place along an axis is another program (of the oracle at least)."""
        return any(
            isinstance(values, dict) or self._is_shape(path) for path, values in slot.items()
        )

    def _is_shape(self, path: str) -> bool:
        parent, _, name = path.rpartition(".")
        found = [type(owner).__dataclass_fields__.get(name) for owner in self._owners(parent)]
        return name == "dim" or any(
            field is not None and field.metadata.get("static") for field in found
        )

    def _named(self, slots: list[dict[str, Any]]) -> dict[str, Any]:
        """A link under a name of its own, the paths in it in any order; an array for a list of
        numbers, sometimes.
        """
        axes: dict[str, Any] = {}
        names = Counter(next(iter(slot)).rpartition(".")[2] for slot in slots)
        for number, slot in enumerate(slots):
            path, values = next(iter(slot.items()))
            clash = names[path.rpartition(".")[2]] > 1 or path.endswith(".time")
            if len(slot) > 1 or (clash and self.rng.random() < 0.9 and not self.plain):
                paths = [list(slot)[int(k)] for k in self.rng.permutation(len(slot))]
                labels = list(range(len(values))) if self.rng.random() < 0.3 else None
                axes[f"link_{number}"] = ss.Linked({path: slot[path] for path in paths}, labels)
            else:
                numbers = all(type(value) is float for value in values)
                axes[path] = np.array(values) if numbers and self.rng.random() < 0.3 else values
        return axes


def _ends(path: str) -> list[str]:
    """A path, and what is left of it without its first names."""
    names = path.split(".")
    return [".".join(names[first:]) for first in range(len(names))]


def _even(slot: dict[str, Any]) -> bool:
    return (
        bool(slot)
        and all(map(len, slot.values()))
        and len({len(values) for values in slot.values()}) == 1
    )


def _is_numbers(slot: dict[str, Any]) -> bool:
    return all(type(value) is float for values in slot.values() for value in values)
