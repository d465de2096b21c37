"""Corrected labels of a run's training images, with what speaks for each correction."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from sigspike.files.whole import whole
from sigspike.foundation.check import Choice, Range, Refusal
from sigspike.images.noise import NoisyLabels
from sigspike.images.training import checkpoint
from sigspike.images.training.suspects import read_suspects

RULES = ("mixture", "threshold", "either")


class Cleaned(NamedTuple):
    """``noisy`` has the corrected labels of all images of the data set; ``changed`` are the ids
    whose label is another now, ``suspected`` how many were suspected. ``evidence`` are the columns
    of suspects.csv.
    """

    noisy: NoisyLabels
    before: NoisyLabels
    changed: Int[np.ndarray, " changed"]
    suspected: int
    classes: tuple[str, ...]
    evidence: dict[str, np.ndarray]

    def save_table(self, path: Path) -> None:
        """A row for every training image, the most suspected first: its label before and after,
        with names, and the evidence.
        """
        ids = self.evidence["id"]
        names = np.array(self.classes, dtype=object)
        before, after = self.before.labels[ids], self.noisy.labels[ids]
        columns = {name: self.evidence[name] for name in ("id", "file") if name in self.evidence}
        columns |= {
            "label": before,
            "name": names[before],
            "corrected": after,
            "corrected_name": names[after],
            "changed": (before != after).astype(int),
        }
        columns |= {n: v for n, v in self.evidence.items() if n not in columns}
        with whole(path) as aside, aside.open("w", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))


def cleaned(folder: Path, by: str = "mixture", confidence: float = 0.5) -> Cleaned:
    """Labels of a finished run, each that is suspected replaced by the class that the network of
    the best epoch gives to the image, where its probability is above ``confidence``.

    A label is suspected by the loss that it had over the epochs: ``by`` a "mixture" of two
    Gaussians, the "threshold" log C, or "either". Held-out images keep their labels. The truth of
    the result is known only where it was before.
    """
    Choice(RULES).check("by", by)
    Range(low=0, high=1, plain=True).check("confidence", confidence)
    evidence = read_suspects(folder)
    about = checkpoint.read(folder / "checkpoint.npz").description
    before = NoisyLabels.load(folder / "noise.npz")
    if before.hash != about["noise"]["sha256"]:
        raise Refusal(
            f"`folder` must hold the noise.npz it was trained with, got {str(folder)!r} with "
            "another (its sha256 differs)"
        )
    ids, suspected = evidence["id"], _suspected(evidence, by)
    change = suspected & (evidence["predicted"] != before.labels[ids])
    change &= evidence["probability"] > confidence
    labels = before.labels.copy()
    labels[ids[change]] = evidence["predicted"][change]
    law = {
        "type": "Cleaned",
        "by": by,
        "confidence": confidence,
        "of": before.hash,
        "changed": int(change.sum()),
    }
    noisy = replace(before, labels=labels, law=law, rate=None, seed=None)
    classes = tuple(about["data"]["classes"])
    return Cleaned(noisy, before, np.sort(ids[change]), int(suspected.sum()), classes, evidence)


def _suspected(evidence: dict[str, np.ndarray], by: str) -> Bool[np.ndarray, " image"]:
    mixture, threshold = (evidence[f"by_{rule}"] == 1 for rule in ("mixture", "threshold"))
    return {"mixture": mixture, "threshold": threshold, "either": mixture | threshold}[by]
