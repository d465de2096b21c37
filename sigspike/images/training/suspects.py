"""Which training labels are suspected to be wrong, and what speaks against each."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import softmax

from sigspike.foundation.check import Refusal
from sigspike.images.training.watch import suspicion


class Opinion(NamedTuple):
    """The class that a network gives to each training image, its probability, and that of the
    image's own label.
    """

    predicted: Int[np.ndarray, " image"]
    probability: Float[np.ndarray, " image"]
    of_label: Float[np.ndarray, " image"]

    @classmethod
    def of(cls, logits: Any, labels: np.ndarray, temperature: float) -> "Opinion":
        """From logits (image, class), divided by a temperature."""
        shares = softmax(np.asarray(logits, float) / temperature, axis=1)
        return cls(shares.argmax(1), shares.max(1), shares[np.arange(len(labels)), labels])


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
        files: tuple[str, ...],
        opinion: Opinion,
    ) -> None:
        """A table, the most suspected first: with the images' files, where they have any, what the
        network takes each for, and the truth, where it is known.
        """
        columns = {"id": self.ids, "label": labels, "score": self.score, "loss": self.loss}
        columns |= {"file": np.array(files, dtype=object)} if files else {}
        columns |= {
            "by_mixture": self.by_mixture.astype(int),
            "by_threshold": self.by_threshold.astype(int),
            "predicted": opinion.predicted,
            "probability": opinion.probability,
            "probability_of_label": opinion.of_label,
        }
        columns |= {} if truth is None else {"truth": truth}
        order = np.lexsort((-self.loss, -self.score))
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(
                zip(*(values[order].tolist() for values in columns.values()), strict=True)
            )


def read_suspects(folder: Path) -> dict[str, np.ndarray]:
    """The columns of a run's suspects.csv."""
    path = folder / "suspects.csv"
    kinds = {"file": str} | dict.fromkeys(
        ("score", "loss", "probability", "probability_of_label"), float
    )
    try:
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        names = list(rows[0])
        return {name: np.array([kinds.get(name, int)(row[name]) for row in rows]) for name in names}
    except (OSError, ValueError, KeyError, IndexError, TypeError, csv.Error) as error:
        raise Refusal(
            f"`folder` must be that of a training that has ended, with suspects.csv, "
            f"got {str(folder)!r} ({error}); train it to its end"
        ) from error
