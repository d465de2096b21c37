"""The log of a training as a labelled dataset."""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from sigspike.foundation.check import Refusal
from sigspike.images.training.log import Row

KINDS = np.array(["clean", "flipped"], dtype=object)


def curves_of(rows: list[Row]) -> xr.Dataset:
    """Rows of a log along ``time`` = epochs done; where the truth is known, loss and accuracy on
    the training labels, and ρ where it was probed, along ``kind`` = clean, flipped.
    """
    columns = {name: np.array([row[name] for row in rows], float) for name in rows[0]}
    moments = columns.pop("epoch").astype(int)
    pairs = {}
    for name in ("loss", "accuracy", "rho"):
        if f"{name}_clean" in columns:
            pairs[name] = (
                ("time", "kind"),
                np.stack([columns.pop(f"{name}_{kind}") for kind in KINDS], -1),
            )
    variables = {name: (("time",), values) for name, values in columns.items()}
    return xr.Dataset(variables | pairs, {"time": moments} | ({"kind": KINDS} if pairs else {}))


def read_curves(folder: str | Path) -> xr.Dataset:
    """The curves of a training from its folder, finished or not; a line that is cut off does not
    count.
    """
    file = Path(folder) / "log.jsonl"
    if not file.is_file():
        raise Refusal(f"`folder` must be that of a training, with log.jsonl, got {str(folder)!r}")
    lines = file.read_text().split("\n")[:-1]
    if not lines:
        raise Refusal(
            f"`folder` must hold a training of one epoch or more, got none in {str(file)!r}"
        )
    try:
        return curves_of([json.loads(line) for line in lines])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refusal(
            f"`folder` must hold the log of a training, got {str(file)!r} with a line that is none "
            f"({error}); the same call of `train` writes it anew from the checkpoint"
        ) from error
