"""Cells of a table, trained one after the other; what was trained before is not trained again."""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from sigspike.files.whole import whole
from sigspike.foundation.check import Refusal
from sigspike.foundation.provenance import provenance
from sigspike.images.data import Dataset
from sigspike.images.tables.scale import Scale
from sigspike.images.tables.table import Accuracy, Table
from sigspike.images.training import Progress, train

Shown = Callable[[str], AbstractContextManager[Progress | None]]  # a bar for a cell of this name


class Cell(NamedTuple):
    """What was published and what was measured, in % (None where there is nothing), and of what
    training.

    ``departures`` are those of a training that is not the published one: (here, there) by name.
    ``wrong`` is the share of wrong labels, ``seconds`` what its epochs took.
    """

    row: str
    column: str
    published: Accuracy | None
    measured: Accuracy | None
    departures: dict[str, tuple[int | str, int | str]]
    wrong: float | None
    seconds: float

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return self._asdict() | {
            name: None if pair is None else pair._asdict()
            for name, pair in (("published", self.published), ("measured", self.measured))
        }


def fill(
    table: Table,
    dataset: Dataset,
    out: Path,
    rows: Sequence[str],
    columns: Sequence[str],
    scale: Scale,
    seed: int,
    shown: Shown,
) -> list[Cell]:
    """Train these cells, each in OUT/COLUMN/ROW, column by column; OUT/table.json has those that
    are done.

    Called again, it goes on where it was stopped. A row of a method that is not there has no
    measured accuracy.
    """
    cells: list[Cell] = []
    for column in columns:
        for row in rows:
            cells.append(_cell(table, row, column, dataset, out, scale, seed, shown))
            content = {
                "table": table.name,
                "about": table.about,
                "seed": seed,
                "cells": [c.plain() for c in cells],
            }
            text = json.dumps(content | {"provenance": provenance()}, indent=1, ensure_ascii=False)
            with whole(out / "table.json") as aside:
                aside.write_text(text + "\n")
    return cells


def _cell(
    table: Table,
    row: str,
    column: str,
    dataset: Dataset,
    out: Path,
    scale: Scale,
    seed: int,
    shown: Shown,
) -> Cell:
    published = table.accuracy(row, column)
    if not table.available(row):
        _folder(out)
        return Cell(row, column, published, None, {}, None, 0.0)
    run = table.run(row, column, dataset, scale, seed)
    with shown(f"{row}, {column}") as progress:
        result = train(
            run.training,
            run.dataset,
            run.noisy,
            _folder(out / slug(column) / slug(row)),
            progress=progress,
            lengthen=False,
        )
    measured = Accuracy(*(100 * at["test_accuracy"] for at in (result.best, result.last)))
    seconds = sum(at["seconds"] for at in result.rows)
    return Cell(row, column, published, measured, run.departures, run.noisy.realised_rate, seconds)


def slug(name: str) -> str:
    """A name of a folder."""
    return re.sub(r"[^\w.+-]+", "-", name)


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"`out` cannot be written, got {str(folder)!r} ({error})") from error
    return folder
