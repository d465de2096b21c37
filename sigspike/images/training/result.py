"""What a training comes to: curves, best and last accuracy, and which labels are suspected."""

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int

from sigspike.foundation.strict_json import finite
from sigspike.images.methods import State
from sigspike.images.training.curves import curves_of
from sigspike.images.training.log import Row
from sigspike.images.training.watch import suspicion


@dataclass(frozen=True, eq=False)
class Suspects:
    """How likely every training label is wrong, by its loss alone.

    ``ids`` are places in the data set, ``loss`` the mean over the epochs so far of an image's loss
    (which keeps what was seen before the wrong labels were memorised), ``score`` P(upper of two
    Gaussians | loss). An image is suspected ``by_mixture`` where score > ½, and ``by_threshold``
    where loss > log C: more than by guessing.
    """

    ids: Int[np.ndarray, " image"]
    loss: Float[np.ndarray, " image"]
    score: Float[np.ndarray, " image"]
    n_classes: int

    @classmethod
    def of(cls, ids: np.ndarray, loss: np.ndarray, n_classes: int) -> "Suspects":
        """From mean losses."""
        return cls(ids, loss, suspicion(loss), n_classes)

    @property
    def by_mixture(self) -> Bool[np.ndarray, " image"]:
        """Score > ½."""
        return self.score > 0.5

    @property
    def by_threshold(self) -> Bool[np.ndarray, " image"]:
        """Loss > log C."""
        return self.loss > math.log(self.n_classes)

    def save(
        self,
        path: Path,
        labels: np.ndarray,
        truth: np.ndarray | None,
        files: tuple[str, ...] = (),
    ) -> None:
        """A table, the most suspected first; with the images' files, where they have any."""
        columns = {"id": self.ids, "label": labels, "score": self.score, "loss": self.loss}
        columns |= {"file": np.array(files, dtype=object)} if files else {}
        columns |= {
            "by_mixture": self.by_mixture.astype(int),
            "by_threshold": self.by_threshold.astype(int),
        }
        columns |= {} if truth is None else {"truth": truth}
        order = np.lexsort((-self.loss, -self.score))
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(
                zip(*(values[order].tolist() for values in columns.values()), strict=True)
            )


@dataclass(frozen=True, eq=False)
class Result:
    """After the last epoch, or the one it was stopped at: ``rows`` are those of the log."""

    description: dict[str, Any]
    rows: list[Row]
    state: State
    suspects: Suspects

    @property
    def chosen_on(self) -> str:
        """What the best epoch was chosen on: "validation" where clean images were set aside, else
        "test".
        """
        return "validation" if "validation_accuracy" in self.rows[0] else "test"

    @property
    def best(self) -> Row:
        """The row of the epoch with the highest accuracy on these (the first of equal ones)."""
        return max(self.rows, key=lambda row: row[f"{self.chosen_on}_accuracy"])

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
            "seconds": sum(row["seconds"] for row in self.rows),
        }

    def save(self, path: Path, provenance: dict[str, Any]) -> None:
        """The summary, the last row, the description and where it comes from, as JSON."""
        content = (
            self.summary() | {"last_row": self.last} | self.description | {"provenance": provenance}
        )
        path.write_text(json.dumps(finite(content), indent=1, ensure_ascii=False) + "\n")
