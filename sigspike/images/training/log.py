"""The log of a training: a row for every epoch, as JSON lines and as a table."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from sigspike.files.whole import whole
from sigspike.foundation.strict_json import finite

Row = dict[str, Any]


class Log:
    """log.jsonl and log.csv in a folder.

    They are written anew from the rows of the checkpoint when a training begins or goes on, so that
    a line that was cut off, or an epoch that is done again, leaves no trace; afterwards rows are
    only added. What is not finite is null in JSON, and empty in the table, whose columns are those
    of the first row.
    """

    def __init__(self, folder: Path, rows: list[Row]) -> None:
        self.lines, self.table = folder / "log.jsonl", folder / "log.csv"
        self.columns = list(rows[0]) if rows else []
        for file, text in (
            (self.lines, "".join(map(_line, rows))),
            (self.table, self._table(rows)),
        ):
            with whole(file) as aside:
                aside.write_text(text)

    def add(self, row: Row) -> None:
        """One epoch more."""
        begun = bool(self.columns)
        self.columns = self.columns or list(row)
        with self.lines.open("a") as lines:
            lines.write(_line(row))
        with self.table.open("a") as table:
            table.write(self._cells([row]) if begun else self._table([row]))

    def _table(self, rows: list[Row]) -> str:
        return ",".join(self.columns) + "\n" + self._cells(rows) if rows else ""

    def _cells(self, rows: list[Row]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [finite(row.get(column)) for column in self.columns] for row in rows
        )
        return text.getvalue()


def _line(row: Row) -> str:
    return json.dumps(finite(row)) + "\n"
