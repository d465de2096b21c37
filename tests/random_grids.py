"""Random small grids against their cells run alone: ``python tests/random_grids.py 2000 --seed 7``.

Axes are drawn from everything that can be an axis, found from the classes: numbers, constants,
choices, switches, counts, optional fields, derived quantities and parts at every path, alone or
linked. A grid is refused rightly only if it is ambiguous or some cell of it is no experiment, and
must be then. ``--only NUMBER`` replays one grid.
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if "--untyped" in sys.argv:  # type checks are a third of the time
    import jaxtyping

    jaxtyping.install_import_hook = lambda *_, **__: None
import conftest  # noqa: F401 (the flags, precision and type checks that CI has)
import jax
from grid_doors import DOORS, RARE, Unspoken
from grid_draw import kin
from grid_oracle import Grid, ambiguous, experiments

import sigspike as ss
from sigspike.foundation.check import Refusal
from sigspike.foundation.description import describe

OUTCOMES = ("passed", "refused", "failed")


@dataclass
class Outcome:
    """What became of a grid."""

    kind: str
    door: str
    cells: int = 0
    story: str = ""


def judge(grid: Grid, door: str) -> Outcome:
    """Ask for a grid, and hold it against its cells."""
    unclear = ambiguous(grid)
    cells = [] if unclear else experiments(grid)
    reasons = [unclear] if unclear else [at for at in cells if isinstance(at, str)]
    with tempfile.TemporaryDirectory() as folder:
        try:
            (DOORS | RARE)[door](grid, Path(folder))
        except Unspoken:
            return judge(grid, "memory")
        except Refusal as refusal:
            if reasons and _names_the_cell(str(refusal), grid, cells):
                return Outcome("refused", door)
            return Outcome(
                "failed", door, story=f"wrongly refused: {refusal}; oracle: {reasons[:1]}"
            )
        except Exception:
            return Outcome(
                "failed", door, story=f"{traceback.format_exc(limit=-4)}\noracle: {reasons[:1]}"
            )
    if reasons:
        return Outcome("failed", door, story=f"not refused: {reasons[0]}")
    return Outcome("passed", door, len(cells) * grid.n_seeds)


def _names_the_cell(message: str, grid: Grid, cells: list[Any]) -> bool:
    """Whether a refusal says which dimensions it is about, if it is only that cells are no
    experiments.
    """
    if not cells or any(isinstance(at, str) and at.startswith("twice") for at in cells):
        return True
    return all(name in message for name in grid.columns)


def tell(grid: Grid, door: str) -> str:
    """A grid in words."""
    axes = "\n".join(f"     {name}: {_said(values)}" for name, values in grid.asked.items())
    counts = f"n_seeds {grid.n_seeds}, seed {grid.seed}, door {door}"
    return f"base {describe(grid.base)}\naxes\n{axes}\n{counts}"


def _said(values: Any) -> str:
    if isinstance(values, ss.Linked):
        fields = ", ".join(f"{path}: {_said(own)}" for path, own in values.fields.items())
        return f"Linked({{{fields}}}, {values.labels})"
    return str(
        {name: describe(made) for name, made in values.items()}
        if isinstance(values, dict)
        else values
    )


def main() -> None:
    """Many grids, and what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--shard", default="0/1", help="K/N: every N-th grid, from the K-th")
    parser.add_argument(
        "--kin", type=int, default=1, help="grids of other numbers for each set of programs"
    )
    parser.add_argument("--untyped", action="store_true", help="without type checks")
    parser.add_argument("--only", type=int, help="one grid, told in full")
    given = parser.parse_args()
    first, step = map(int, given.shard.split("/"))
    numbers = range(first, given.count, step) if given.only is None else [given.only]
    drawn = ((number, *own) for number in numbers for own in kin(given.seed, number, given.kin))
    found, doors, cells, started = Counter(), Counter(), 0, time.perf_counter()
    for done, (number, grid, door) in enumerate(drawn, 1):
        if given.only is not None:
            print(tell(grid, door))
        outcome = judge(grid, door)
        found[outcome.kind] += 1
        doors[outcome.door] += 1
        cells += outcome.cells
        if outcome.kind == "failed":
            print(
                f"--- grid {number} of seed {given.seed} fails\n{tell(grid, door)}\n"
                f"{outcome.story}",
                flush=True,
            )
        counts = ", ".join(f"{found[kind]} {kind}" for kind in OUTCOMES)
        seconds = f"{time.perf_counter() - started:.0f} s, {time.process_time():.0f} s of a core"
        print(
            f"{done} grids: {counts}; {cells} trainings held; {dict(doors)}; {seconds}", flush=True
        )
        if done % 25 == 0:
            jax.clear_caches()
    sys.exit(bool(found["failed"]))


if __name__ == "__main__":
    main()
