"""What a table of a paper must say of itself: rows, columns, published numbers, trainings."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, NamedTuple

from sigspike.foundation.check import Refusal, nearest
from sigspike.foundation.fields import Checked
from sigspike.images.data import Dataset
from sigspike.images.methods import Method
from sigspike.images.noise import Law, NoisyLabels
from sigspike.images.tables.rows import NOT_AVAILABLE, ROWS, Setting
from sigspike.images.tables.scale import Scale
from sigspike.images.training import Training

CLEAN_SHARE, CLEAN_FEWEST = 0.04, 10  # of the training images (2000 of 50 000); of each class


class Accuracy(NamedTuple):
    """Test accuracy in %, at the best epoch and at the last; None where a paper gives none."""

    best: float | None
    last: float | None


Published = Mapping[str, tuple[Accuracy | None, ...]]


class Run(NamedTuple):
    """Images, their noisy labels, how to train on them, and by name what is not as published:
    (here, there).
    """

    dataset: Dataset
    noisy: NoisyLabels
    training: Training
    departures: dict[str, tuple[int | str, int | str]]


def facts(training: Training, dataset: Dataset) -> dict[str, int | str]:
    """What may differ from what was published."""
    network = training.network
    found = {
        "epochs": training.epochs,
        "images": len(dataset.labels),
        "batch size": training.batch_size,
    }
    return found | {"width": network.width, "compute": network.compute}


class Table(Checked):
    """A cell is a method (its row) trained on labels with some noise (its column).

    ``name`` is what the command line calls it; ``about`` and ``remark`` are printed above and
    below. ``published`` has a row of accuracies for each method of the table, in the order of
    ``columns``.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    remark: ClassVar[str] = ""
    columns: ClassVar[Mapping[str, Law]]
    published: ClassVar[Published]

    @abstractmethod
    def load(self, data_dir: Path) -> Dataset:
        """The images, from their official files."""

    @abstractmethod
    def training(self, column: str, dataset: Dataset) -> Training:
        """The published training of a column on its images, by cross entropy."""

    def methods(self) -> tuple[str, ...]:
        """Every row that can be asked for: those published, and all other methods there are."""
        return (*self.published, *(name for name in ROWS if name not in self.published))

    def method(self, row: str, setting: Setting) -> Method:
        """What is trained in a row."""
        return ROWS[row](setting)

    def images(self, column: str, dataset: Dataset, seed: int) -> Dataset:
        """The images of a column."""
        return dataset

    def run(self, row: str, column: str, dataset: Dataset, scale: Scale, seed: int) -> Run:
        """A cell, at this scale: ``seed`` draws its noise, its clean images, and its training."""
        published = self.images(column, dataset, seed)
        images = scale.dataset(published, seed)
        noisy = self.columns[column](images.labels, images.n_classes, seed, images.images)
        training = replace(
            scale.training(self.training(column, images)), seed=seed, split_seed=seed
        )
        method = self.method(
            row, Setting(images.n_classes, noisy.realised_rate or 0.0, training.epochs)
        )
        clean = max(round(CLEAN_SHARE * len(images.labels)), CLEAN_FEWEST * images.n_classes)
        if method.needs_clean:
            training = replace(
                training, clean_size=clean, clean_batch_size=min(clean, training.batch_size)
            )
        here, there = facts(training, images), facts(self.training(column, published), published)
        departures = {
            name: (here[name], there[name]) for name in there if here[name] != there[name]
        }
        return Run(images, noisy, replace(training, method=method), departures)

    def accuracy(self, row: str, column: str) -> Accuracy | None:
        """What was published, None where nothing was."""
        places = dict(zip(self.columns, self.published.get(row, ()), strict=False))
        return places.get(column)

    def chosen(self, rows: Iterable[str], columns: Iterable[str]) -> tuple[list[str], list[str]]:
        """Rows and columns asked for (none: all published), cross entropy first; others than there
        are, are refused.
        """
        rows, columns = list(rows) or list(self.published), list(columns) or list(self.columns)
        for argument, asked, known in (
            ("rows", rows, self.methods()),
            ("columns", columns, tuple(self.columns)),
        ):
            for one in asked:
                if one not in known:
                    there = f"of {self.name} ({', '.join(known)})"
                    raise Refusal(
                        f"`{argument}` must be some {there}, got {one!r}{nearest(one, known)}"
                    )
        if self.baseline not in rows:
            rows = [self.baseline, *rows]
        return rows, columns

    @property
    def baseline(self) -> str:
        """The row that is trained beside all others, on the same schedule."""
        return next(iter(self.published))

    def available(self, row: str) -> bool:
        """Whether the row's method is there."""
        return row not in NOT_AVAILABLE
