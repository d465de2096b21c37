"""The loop over epochs, and the folder that one process writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sigspike.files.lock import locked
from sigspike.foundation.check import Range, Refusal
from sigspike.images.data import Dataset
from sigspike.images.noise import NoisyLabels
from sigspike.images.training.log import Row
from sigspike.images.training.result import Result
from sigspike.images.training.run import Run
from sigspike.images.training.setup import Setup
from sigspike.images.training.training import Training

Progress = Callable[[int, int, Row], None]  # epochs done, of how many, the last row


def train(
    training: Training,
    dataset: Dataset,
    noisy: NoisyLabels,
    out: str | Path | None = None,
    until: int | None = None,
    progress: Progress | None = None,
    checkpoint_every: int = 1,
    keep_losses: bool = False,
    probe_every: int = 0,
    lengthen: bool = True,
) -> Result:
    """Train on noisy labels, to the last epoch or only ``until`` one.

    In the folder ``out`` stand afterwards settings.json, noise.npz, log.jsonl and log.csv (a row
    for each epoch: see `fitted`, `selection`), checkpoint.npz of every ``checkpoint_every``-th
    epoch, best-EPOCH.npz with the weights of the best one, result.json, suspects.csv, and with
    ``keep_losses`` losses/EPOCH.npy (image). With ``probe_every`` k > 0 the rows of every k-th
    epoch and of the last have γ and ρ of the (first) network, the test images being those held
    out: see `Alignment`. Called again with the same settings, it goes on from the checkpoint, and
    comes to the same bits on the same machine as if it had not been stopped; with more epochs it
    goes on too, unless ``lengthen`` is off, and settings.json says what that means (see
    `lengthened`); other settings, and images and labels with another hash, are refused.
    """
    for name, value in (("until", until), ("checkpoint_every", checkpoint_every)):
        if value is not None:
            Range(low=1, whole=True, plain=True).check(name, value)
    Range(low=0, whole=True, plain=True).check("probe_every", probe_every)
    if not isinstance(training, Training):
        raise Refusal(f"`training` must be a Training, got {training!r}")
    setup = Setup.of(training, dataset, noisy)
    with _folder(out) as folder:
        run = Run(setup, folder, keep_losses, probe_every)
        run.begin(noisy, lengthen)
        end = training.epochs if until is None else min(until, training.epochs)
        while run.n_done < end:
            row = run.epoch()
            if folder is not None and (run.n_done % checkpoint_every == 0 or run.n_done == end):
                run.save()
            if progress is not None:
                progress(run.n_done, training.epochs, row)
        return run.finish()


@contextmanager
def _folder(out: str | Path | None) -> Iterator[Path | None]:
    """The folder, made where it is missing; one process writes there at a time."""
    if out is None:
        yield None
        return
    folder = Path(out)
    try:
        lock = locked("out", folder, ".lock")
    except OSError as error:
        raise Refusal(f"`out` cannot be written, got {str(folder)!r} ({error})") from error
    try:
        yield folder
    finally:
        lock.release()
