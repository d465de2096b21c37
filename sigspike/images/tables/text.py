"""A filled table as text: published, measured, and their difference, for each kind of noise."""

from collections.abc import Iterable
from itertools import groupby

from sigspike.images.tables.fill import Cell
from sigspike.images.tables.table import Accuracy

NOTHING = Accuracy(None, None)
BEST_LAST = f"{'best':>9}{'last':>8}"


def text_of(cells: Iterable[Cell]) -> str:
    """A block for each column of the table; a number that is not there is a dash."""
    return "\n\n".join(
        "\n".join(_block(column, list(part))) for column, part in groupby(cells, lambda c: c.column)
    )


def departures_of(cells: Iterable[Cell]) -> str:
    """What is not as published, in words; of several cells that differ, in how far they do."""
    seen: dict[str, dict[str, None]] = {}
    for cell in cells:
        for name, (here, there) in cell.departures.items():
            seen.setdefault(name, {})[f"{here} for {there}"] = None
    return "; ".join(f"{name} {' or '.join(pairs)}" for name, pairs in seen.items())


def _block(column: str, cells: list[Cell]) -> list[str]:
    width = max(len(cell.row) for cell in cells)
    wrong = next(
        (f", {100 * cell.wrong:.2f} % wrong labels" for cell in cells if cell.wrong is not None), ""
    )
    heads = "".join(f"{head:>17}" for head in ("published", "measured", "difference"))
    return [
        f"{column}{wrong}",
        f"  {'':{width}}{heads}",
        f"  {'':{width}}{3 * BEST_LAST}",
        *(f"  {cell.row:{width}}{_numbers(cell)}" for cell in cells),
    ]


def _numbers(cell: Cell) -> str:
    published = cell.published or NOTHING
    if cell.measured is None:
        return f"{_pair(published)}    not available"
    change = (
        None if one is None or other is None else other - one
        for one, other in zip(published, cell.measured, strict=True)
    )
    return _pair(published) + _pair(cell.measured) + _pair(Accuracy(*change), "+")


def _pair(values: Accuracy, sign: str = "") -> str:
    best, last = ("—" if value is None else f"{value:{sign}.2f}" for value in values)
    return f"{best:>9}{last:>8}"
