"""What a training's curves say of memorisation: stages, and what early stopping would give."""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sigspike.common.stages import Moment, first_time
from sigspike.common.stages.listing import listed, need


def memorisation_stages(curves: xr.Dataset, level: float = 0.9) -> xr.Dataset:
    """The stages of Han et al. 2025 (arXiv 2505.18909) along ``stage``, each a ``first_time`` in
    epochs, from the `curves` of a result:

    * ``separated``: clean samples are fitted and flipped ones are not, min(clean, 1 − flipped
      accuracy) ≥ ``level``; stage I is reached.
    * ``crossing``: more flipped samples are given their wrong label than their true class, counted
      from the epoch in which most are given the true one; stage I ends and stage II begins. Where
      they are not more even then, there was no stage I, and nothing is crossed. (In the theory,
      where their margins turn.)
    * ``memorised``: flipped accuracy ≥ ``level``.
    """
    need(curves, "accuracy", "corrected", measure="labels whose truth is known")
    clean, flipped = (curves["accuracy"].sel(kind=kind, drop=True) for kind in ("clean", "flipped"))
    separated = first_time(xr.apply_ufunc(np.minimum, clean, 1 - flipped), level)
    gap = flipped - curves["corrected"]
    peak = curves["corrected"].fillna(-np.inf).idxmax("time")
    crossing = first_time(gap.where((gap["time"] >= peak) & (gap.sel(time=peak) < 0)), 0.0)
    return listed(
        {"separated": separated, "crossing": crossing, "memorised": first_time(flipped, level)}
    )


class Stop(NamedTuple):
    """Where a rule stops, and the test accuracy there."""

    rule: str
    epoch: int
    test_accuracy: float


def early_stops(curves: xr.Dataset) -> list[Stop]:
    """What stopping would have given: at the best epoch by the validation images or, without any,
    by the test images; at the last epoch; and, where the truth is known, where most flipped samples
    are corrected, and where clean and flipped accuracy are furthest apart.
    """
    chosen = "validation" if "validation_accuracy" in curves else "test"
    scores = {f"best on {chosen}": curves[f"{chosen}_accuracy"], "last": curves["time"]}
    if "accuracy" in curves and not np.isnan(curves["corrected"]).all():
        clean, flipped = (
            curves["accuracy"].sel(kind=kind, drop=True) for kind in ("clean", "flipped")
        )
        scores |= {"most corrected": curves["corrected"], "widest gap": clean - flipped}
    stops = []
    for rule, score in scores.items():
        at = curves.isel(time=int(score.fillna(-np.inf).argmax("time")))
        stops.append(Stop(rule, int(at["time"]), float(at["test_accuracy"])))
    return stops


def report(curves: xr.Dataset) -> str:
    """Early stopping, γ and ρ where they were probed, stages and selection as lines of text."""
    lines = [
        f"{stop.rule:>18}: epoch {stop.epoch:4d}, test accuracy {100 * stop.test_accuracy:6.2f} %"
        for stop in early_stops(curves)
    ]
    lines += _alignments(curves)
    if "corrected" not in curves or np.isnan(curves["corrected"]).all():
        return "\n".join(lines)
    stages = memorisation_stages(curves)
    lines += [_moment(stages, name) for name in stages["stage"].values]
    for rule, words in (("log_c", "loss < log C"), ("mixture", "two Gaussians")):
        precise, complete = curves[f"precision_{rule}"], curves[f"recall_{rule}"]
        both = (2 * precise * complete / (precise + complete)).fillna(-np.inf)
        at = int(both.argmax("time"))
        values = f"precision {float(precise[at]):.3f}, recall {float(complete[at]):.3f}"
        lines.append(
            f"{words:>18}: {values} at epoch {int(curves['time'][at])}, where F₁ is largest"
        )
    return "\n".join(lines)


def _alignments(curves: xr.Dataset) -> list[str]:
    """γ and ρ at the probed epochs that are next to the best and the last one."""
    if "gamma" not in curves or np.isnan(curves["gamma"]).all():
        return []
    probed, lines = curves.dropna("time", subset=["gamma"]), []
    for stop in early_stops(curves)[:2]:
        at = probed.sel(time=stop.epoch, method="nearest")
        words = [f"γ {float(at['gamma']):.2f}"]
        if "rho" in at:
            words += [
                f"ρ {kind} {float(at['rho'].sel(kind=kind)):.2f}" for kind in at["kind"].values
            ]
        lines.append(f"{stop.rule:>18}: {', '.join(words)} at epoch {int(at['time'])}, in logits")
    return lines


def _moment(stages: xr.Dataset, name: Any) -> str:
    text = str(Moment.of(f"{name:>18}", stages.sel(stage=name)))
    return text.replace("step", "epoch")
