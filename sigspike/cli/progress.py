"""A progress bar over trainings."""

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from sigspike.sweeps.sweep import Progress


@contextmanager
def bar(name: str) -> Iterator[Progress]:
    """Trainings done, their rate, and the time left; what an earlier call has finished does not count for the rate."""
    with tqdm(desc=name, unit=" trainings", unit_scale=True, dynamic_ncols=True) as shown:

        def progress(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield progress
