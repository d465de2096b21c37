"""Progress bars: over trainings, and over the epochs of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from sigspike.images.training import Progress as EpochProgress
from sigspike.sweeps.sweep import Progress


@contextmanager
def bar(name: str) -> Iterator[Progress]:
    """Trainings done, their rate, and the time left; what an earlier call has finished does not
    count for the rate.
    """
    # After a moment: what is refused before anything runs is one sentence, without an empty bar in
    # front of it.
    with tqdm(
        desc=name, unit=" trainings", unit_scale=True, dynamic_ncols=True, delay=1e-3
    ) as shown:

        def progress(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield progress


@contextmanager
def epochs_bar(name: str) -> Iterator[EpochProgress]:
    """Epochs done, their rate, and how it stands."""
    with tqdm(desc=name, unit=" epochs", dynamic_ncols=True, delay=1e-3) as shown:

        def progress(done: int, total: int, row: dict[str, Any]) -> None:
            shown.total = total
            if done - shown.n > 1:  # an earlier call has done the others
                shown.initial = shown.n = shown.last_print_n = done - 1
            shown.update(done - shown.n)
            names = {
                "test_accuracy": "test",
                "accuracy_clean": "clean",
                "accuracy_flipped": "memorised",
            }
            shown.set_postfix(
                {short: f"{row[name]:.3f}" for name, short in names.items() if name in row}
            )

        yield progress
