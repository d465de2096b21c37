"""The plan of a sweep: which programs are compiled, and which chunk each call computes."""

import bisect
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import jax

from sigspike.simulation.experiment import Experiment
from sigspike.simulation.sizes import bytes_of_training, check_sizes
from sigspike.sweeps import cost
from sigspike.sweeps.axis import Axis
from sigspike.sweeps.programs import SEED, Program, make_programs
from sigspike.sweeps.sharing import noise_knows

# Of one core: often enough to show progress and to lose little, seldom enough to cost nothing.
CHUNK_SECONDS = 8.0
CACHED = 2**16  # numbers in an array that stays in a core's cache


@dataclass(frozen=True)
class Chunk:
    """One call of a program: the places it computes along every axis (and ``seed``)."""

    program: Program
    places: Mapping[str, tuple[int, ...]]

    @property
    def n_trainings(self) -> int:
        """How many it holds."""
        return math.prod(map(len, self.places.values()))


@dataclass(frozen=True)
class Plan:
    """A grid × seeds, cut into programs and chunks.

    ``experiment`` is what all cells share, ``axes`` are the dimensions of the grid, and each cell
    has ``n_seeds`` trainings. ``keep``: whether every seed is kept, or their mean and standard
    error. ``blocks``: how many places of each axis make a chunk, at most.

    The draws of a training depend on ``seed`` and its number alone. The same plan gives the same
    bits on one platform; another plan (other ``blocks``) differs by rounding.
    """

    experiment: Experiment
    axes: tuple[Axis, ...]
    n_seeds: int
    seed: int
    keep: str  # "seeds" | "mean"
    blocks: Mapping[str, int]

    @classmethod
    def make(
        cls,
        experiment: Experiment,
        axes: tuple[Axis, ...],
        n_seeds: int,
        seed: int,
        keep: str,
        n_workers: int,
    ) -> "Plan":
        """The plan with these fields for ``n_workers``, which compute chunks side by side."""
        bare = cls(experiment, axes, n_seeds, seed, keep, {})
        return replace(bare, blocks=bare._choose_blocks(n_workers))

    @property
    def n_trainings(self) -> int:
        """Cells times seeds."""
        return math.prod(len(axis) for axis in self.axes) * self.n_seeds

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions of the grid, in the order given."""
        return (*(axis.name for axis in self.axes), SEED)

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """What is compiled."""
        return make_programs(self.experiment, self.axes, self.n_seeds)

    def _choose_blocks(self, n_workers: int) -> dict[str, int]:
        """One size for all programs: axes that share the noise whole, then as much of the others as
        memory allows.
        """
        sizes = {
            name: max(len(program.places[name]) for program in self.programs) for name in self.names
        }
        limit = cost.bytes_for_chunk(n_workers)
        blocks = dict.fromkeys(sizes, 1)
        for program in self.programs:
            check_sizes(program.experiment)
        most = self._most_cells(limit, n_workers)
        for name in sorted(sizes, key=self._knows_noise):
            if name == SEED and self.keep == "mean":
                continue
            room = max(1, int(most / math.prod(blocks.values())))
            if not self._knows_noise(name):
                room = max(1, min(room, int(self._most_inner(limit) / math.prod(blocks.values()))))
            # Blocks as equal as can be: the last one is filled up with copies
            pieces = math.ceil(sizes[name] / room)
            blocks[name] = math.ceil(sizes[name] / pieces)
        return blocks | ({SEED: self.n_seeds} if self.keep == "mean" else {})

    def _most_cells(self, limit: int, n_workers: int) -> int:
        """Trainings of a chunk: what memory holds, what a few seconds compute, and work for every
        core.
        """
        slowest = max(cost.seconds(program.experiment) for program in self.programs)
        seeds = self.n_seeds if self.keep == "mean" else 1
        by_time = CHUNK_SECONDS / (slowest * seeds)
        by_memory = limit / (seeds * max(program.record_bytes for program in self.programs))
        # Four chunks a core, counted over all programs
        by_cores = (
            self.n_trainings
            / len(self.programs)
            / seeds
            / max(1, 4 * n_workers / len(self.programs))
        )
        return max(1, int(min(by_time, by_memory, by_cores)))

    def _most_inner(self, limit: int) -> int:
        """Trainings that may run side by side on one noise."""
        return limit // max(
            bytes_of_training(program.experiment, shares_noise=True) for program in self.programs
        )

    def inner(self, program: Program) -> tuple[str, ...]:
        """The axes that are vmapped; the rest follow one another. Those that share the noise, and
        on CPU only as many others as fill a core's cache.
        """
        names, sizes = sorted(self.names, key=self._knows_noise), self.sizes(program)
        numbers = program.experiment.classifier.n_filters * program.experiment.n_samples
        limit = cost.bytes_for_chunk(1)
        chosen: list[str] = []
        for name in names:
            cells = math.prod(sizes[other] for other in (*chosen, name))
            fits = (
                cells * bytes_of_training(program.experiment, not self._knows_noise(name)) <= limit
            )
            cached = (
                jax.default_backend() != "cpu"
                or cells * numbers <= CACHED
                or not self._knows_noise(name)
            )
            if sizes[name] > 1 and fits and cached:
                chosen.append(name)
        return tuple(chosen)

    def _knows_noise(self, name: str) -> bool:
        return name in self._knowing

    @cached_property
    def _knowing(self) -> frozenset[str]:
        """The axes on which the training noise of some program, and so its Gram matrix, depends."""
        knowing, asked = {SEED}, set()
        for program in self.programs:
            numbers = {
                axis.name: program.numbers(axis, program.places[axis.name][:1])
                for axis in self.axes
            }
            kind = frozenset(program.told), program.room is None, type(program.experiment.problem)
            if kind not in asked:
                knowing |= noise_knows(program.experiment, program.room, numbers)
            asked.add(kind)
        return frozenset(knowing)

    def __len__(self) -> int:
        return sum(self._counts)

    @cached_property
    def _counts(self) -> list[int]:
        return [math.prod(self._pieces(program).values()) for program in self.programs]

    def _pieces(self, program: Program) -> dict[str, int]:
        return {
            name: math.ceil(len(program.places[name]) / size)
            for name, size in self.sizes(program).items()
        }

    def sizes(self, program: Program) -> dict[str, int]:
        """How many places of each axis make a chunk of a program."""
        return {name: min(size, len(program.places[name])) for name, size in self.blocks.items()}

    def order(self) -> Iterator[int]:
        """Chunk numbers, the first of every program first: those compile."""
        starts = [0, *itertools.accumulate(self._counts)][:-1]
        yield from starts
        yield from itertools.chain.from_iterable(
            range(a + 1, a + n) for a, n in zip(starts, self._counts, strict=True)
        )

    def chunk(self, number: int) -> Chunk:
        """The chunk of this number."""
        ends = list(itertools.accumulate(self._counts))
        index = bisect.bisect_right(ends, number)
        program, number = self.programs[index], number - (ends[index] - self._counts[index])
        places, sizes = dict(program.places), self.sizes(program)
        # Digits of the number, one an axis, the last axis running fastest
        for name, pieces in reversed(self._pieces(program).items()):
            number, piece = divmod(number, pieces)
            places[name] = program.places[name][piece * sizes[name] : (piece + 1) * sizes[name]]
        return Chunk(program, places)
