"""What a sweep will take: counted, and measured on a few short trainings."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from sigspike.simulation.sizes import bytes_of_training
from sigspike.sweeps import cost
from sigspike.sweeps.compute import compute
from sigspike.sweeps.grid import Grid
from sigspike.sweeps.plan import Plan
from sigspike.sweeps.workers import n_threads

SHORT = 128  # steps of the measurement


@dataclass(frozen=True)
class Estimate:
    """What a plan costs on this machine.

    ``n_cells`` of ``n_seeds`` trainings each are computed in ``n_chunks`` calls of ``n_programs``
    compiled programs. A chunk takes about ``chunk_bytes`` of memory while it runs, the result
    ``result_bytes``, a compilation ``compilation`` seconds, and all of it ``seconds``.
    """

    n_cells: int
    n_seeds: int
    n_programs: int
    n_chunks: int
    chunk_bytes: int
    result_bytes: int
    compilation: float  # seconds a program
    seconds: float

    def __str__(self) -> str:
        chunk, result = (
            f"{size / 2**20:,.1f} MiB" for size in (self.chunk_bytes, self.result_bytes)
        )
        return "\n".join(
            [
                f"trainings     {self.n_cells * self.n_seeds:,} ({self.n_cells:,} cells × "
                f"{self.n_seeds} seeds)",
                f"chunks        {self.n_chunks:,}, about {chunk} of memory each; "
                f"{n_threads()} at a time",
                f"result        {result}",
                f"compilations  {self.n_programs}, about {self.compilation:.1f} s each",
                f"time          about {duration(self.seconds)} on this machine (from a short "
                "measurement)",
            ]
        )


def estimate(plan: Plan) -> Estimate:
    """Time the cheapest program with at most ``SHORT`` steps, as many chunks at once as there will
    be, and scale it by the cost of the others (``sweeps.cost``).
    """
    cheapest = min(
        range(len(plan.programs)), key=lambda k: cost.seconds(plan.programs[k].experiment)
    )
    program = plan.programs[cheapest]
    short = _shortened(plan)
    # The first chunks of all programs come first, in their order
    number = next(itertools.islice(short.order(), cheapest, None))
    started = time.perf_counter()
    compute(short, number)
    once = time.perf_counter() - started
    with ThreadPoolExecutor(n_threads()) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: compute(short, number), range(n_threads())))
        again = time.perf_counter() - started
    per_training = again / (n_threads() * short.chunk(number).n_trainings)
    scale = per_training / cost.seconds(short.programs[cheapest].experiment)
    share = plan.n_trainings / len(plan.programs)
    running = sum(share * scale * cost.seconds(program.experiment) for program in plan.programs)
    compilation = max(once - again / n_threads(), 0.0)
    cells = plan.chunk(number).n_trainings
    memory = cells * program.record_bytes + min(cells, 64) * bytes_of_training(
        program.experiment, shares_noise=True
    )
    return Estimate(
        n_cells=plan.n_trainings // plan.n_seeds,
        n_seeds=plan.n_seeds,
        n_programs=len(plan.programs),
        n_chunks=len(plan),
        chunk_bytes=memory,
        result_bytes=Grid(plan).n_bytes,
        compilation=compilation,
        seconds=running + compilation * len(plan.programs),
    )


def _shortened(plan: Plan) -> Plan:
    """The plan with fewer steps, where no axis moves them."""
    n_steps = min(SHORT, plan.experiment.n_steps)
    if any(
        path in ("n_steps", "record_at", "record_every")
        for axis in plan.axes
        for path in axis.paths
    ):
        return plan
    return replace(
        plan,
        experiment=replace(
            plan.experiment, n_steps=n_steps, record_every=None, record_at=(n_steps,)
        ),
    )


def duration(seconds: float) -> str:
    """Seconds in words."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"
