"""What ``sigspike images train`` makes of somebody's own folders."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sigspike.foundation.check import Refusal
from sigspike.images.data import Dataset, Digits, ImageFolder, Source
from sigspike.images.noise import AsGiven, Law, Symmetric


def usual(source: Source) -> Law:
    """The noise where none is asked for: that of the demonstration, or none."""
    return Symmetric(0.4) if isinstance(source, Digits) else AsGiven()


def with_folders(
    source: Source, clean_dir: Path | None, test_dir: Path | None, skip_bad: bool
) -> Source:
    """An image folder with the folders beside it; refused for other data, which has none."""
    given = {"clean_dir": clean_dir, "test_dir": test_dir, "skip_bad": skip_bad or None}
    given = {name: value for name, value in given.items() if value is not None}
    if given and not isinstance(source, ImageFolder):
        name, value = next(iter(given.items()))
        raise Refusal(
            f"`{name}` goes with data:image-folder alone, got {str(value)!r} and {source.name}"
        )
    return replace(source, **given)


def with_clean_sizes(training: Any, needs_clean: bool, dataset: Dataset) -> Any:
    """Flags of a training in which no clean image of the data set is left over: a method that needs
    them has those that do not choose the best epoch, and what is left after that chooses.
    """
    if dataset.clean_labels is None:
        return training
    left = len(dataset.clean_labels) - training.clean_size - training.validation_size
    if left <= 0:
        return training
    name = "clean_size" if needs_clean and not training.clean_size else "validation_size"
    if getattr(training, name):
        return training
    return replace(training, **{name: left})
