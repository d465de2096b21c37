"""What a training comes to: curves, best and last accuracy, and which labels are suspected."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xarray as xr

from sigspike.foundation.strict_json import finite
from sigspike.images.methods import State
from sigspike.images.training.curves import curves_of
from sigspike.images.training.log import Row
from sigspike.images.training.suspects import Suspects


def chosen_on(rows: list[Row]) -> str:
    """ "validation" where clean images were set aside, else "test"."""
    return "validation" if "validation_accuracy" in rows[0] else "test"


def best_of(rows: list[Row]) -> Row:
    """The first row of the highest accuracy on these."""
    name = f"{chosen_on(rows)}_accuracy"
    return max(rows, key=lambda row: row[name])


@dataclass(frozen=True, eq=False)
class Result:
    """After the last epoch, or the one it was stopped at: ``rows`` are those of the log,
    ``temperatures`` what the logits of the best and the last epoch are divided by for calibrated
    probabilities.
    """

    description: dict[str, Any]
    rows: list[Row]
    state: State
    suspects: Suspects
    temperatures: dict[str, float] = field(default_factory=dict)

    @property
    def chosen_on(self) -> str:
        """What the best epoch was chosen on: "validation" where clean images were set aside, else
        "test".
        """
        return chosen_on(self.rows)

    @property
    def best(self) -> Row:
        """The row of the epoch with the highest accuracy on these (the first of equal ones)."""
        return best_of(self.rows)

    @property
    def last(self) -> Row:
        """The row of the last epoch."""
        return self.rows[-1]

    def curves(self) -> xr.Dataset:
        """The rows as a labelled dataset (see `curves_of`)."""
        return curves_of(self.rows)

    def summary(self) -> dict[str, Any]:
        """Best and last, and how many labels are suspected, as plain numbers."""
        return {
            "best": {"epoch": self.best["epoch"], "test_accuracy": self.best["test_accuracy"]},
            "chosen_on": self.chosen_on,
            "last": {"epoch": self.last["epoch"], "test_accuracy": self.last["test_accuracy"]},
            "suspected": {
                "by_mixture": int(self.suspects.by_mixture.sum()),
                "by_threshold": int(self.suspects.by_threshold.sum()),
                "of": len(self.suspects.ids),
            },
            "temperatures": self.temperatures,
            "seconds": sum(row["seconds"] for row in self.rows),
        }

    def save(self, path: Path, provenance: dict[str, Any]) -> None:
        """The summary, the last row, the description and where it comes from, as JSON."""
        content = (
            self.summary() | {"last_row": self.last} | self.description | {"provenance": provenance}
        )
        path.write_text(json.dumps(finite(content), indent=1, ensure_ascii=False) + "\n")
