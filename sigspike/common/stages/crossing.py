"""When a curve over records first crosses a level, in one run and over many."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sigspike.foundation.check import Refusal

RESAMPLES = 1000


@dataclass(frozen=True)
class Moment:
    """One crossing in words: ``str(Moment.of("T1", found))`` is "T1: step 812 (between 800 and
    840)".
    """

    name: str
    at: float
    low: float
    high: float
    last: float

    @classmethod
    def of(cls, name: str, found: xr.Dataset) -> "Moment":
        """The moment of a single run, from ``first_time`` (or one ``stage`` of several)."""
        if found["at"].ndim:
            left = ", ".join(map(str, found["at"].dims))
            raise Refusal(
                f"`found` must hold one run, got one along {left}; select one, or take `over_runs`"
            )
        return cls(name, *(float(found[part]) for part in ("at", "low", "high", "last")))

    def __str__(self) -> str:
        if np.isnan(self.at):
            return f"{self.name}: not reached by step {self.last:.0f}"
        return f"{self.name}: step {self.at:.0f} (between {self.low:.0f} and {self.high:.0f})"


def first_time(values: xr.DataArray, level: Any, rising: bool = True) -> xr.Dataset:
    """When ``values`` along ``time`` are first ≥ ``level`` (≤ where not ``rising``), over all their
    other dimensions.

    * ``low``, ``high``: the records on both sides of the crossing; a curve already beyond at its
      first record crosses there, low = high. NaN is no record.
    * ``at``: between them, by interpolation in log(values) where both are positive, else in the
      values.
    * ``reached``: whether it is; where not, the three are NaN.
    * ``last``: the last record that is not NaN, up to which the curve was watched.
    """
    if (
        not isinstance(values, xr.DataArray)
        or "time" not in values.coords
        or not values.sizes.get("time")
    ):
        got = (
            f"one over {values.dims}"
            if isinstance(values, xr.DataArray)
            else repr(type(values).__name__)
        )
        raise Refusal(f"`values` must be a DataArray with records along `time`, got {got}")
    values, height = (x.transpose(..., "time") for x in xr.broadcast(values, xr.DataArray(level)))
    moments, curves, heights = values["time"].values.astype(float), values.values, height.values
    beyond = curves >= heights if rising else curves <= heights
    reached, after = beyond.any(-1), beyond.argmax(-1)[..., None]
    # Up to every record, the last that is not NaN (−1: none yet)
    seen = np.maximum.accumulate(np.where(np.isnan(curves), -1, np.arange(len(moments))), -1)
    before = np.take_along_axis(seen, np.maximum(after - 1, 0), -1)
    before = np.where((before < 0) | (after == 0), after, before)
    left, right = (np.take_along_axis(curves, place, -1)[..., 0] for place in (before, after))
    low, high = (np.where(reached, moments[place[..., 0]], np.nan) for place in (before, after))
    crossing = low + _share(left, right, heights[..., 0]) * (high - low)
    last = np.where(seen[..., -1] >= 0, moments[seen[..., -1]], np.nan)
    parts = {"at": crossing, "low": low, "high": high, "reached": reached, "last": last}
    dims, coords = values.dims[:-1], values.isel(time=0, drop=True).coords
    return xr.Dataset({name: (dims, part) for name, part in parts.items()}, coords)


def over_runs(found: xr.Dataset, confidence: float = 0.95) -> xr.Dataset:
    """The median over ``seed`` of ``at``, ``low`` and ``high`` of its bootstrap interval, and the
    fraction ``reached``.

    A run that has not reached it counts as later than all that have: a median or bound among those
    is NaN.
    """
    times = found["at"].fillna(np.inf).transpose(..., "seed")
    n_seeds = times.sizes["seed"]
    draws = np.random.default_rng(0).integers(n_seeds, size=(RESAMPLES, n_seeds))
    medians = _middle(np.sort(times.values[..., draws], -1))
    tails = np.array([1 - confidence, 1 + confidence]) / 2
    low, high = np.moveaxis(np.quantile(medians, tails, axis=-1, method="inverted_cdf"), 0, 0)
    parts = {"at": _middle(np.sort(times.values, -1)), "low": low, "high": high}
    coords = found["at"].isel(seed=0, drop=True).coords
    finite = {
        name: (times.dims[:-1], np.where(np.isfinite(part), part, np.nan))
        for name, part in parts.items()
    }
    return xr.Dataset(finite, coords).assign(
        reached=found["reached"].mean("seed"), last=found["last"].min("seed")
    )


def _share(before: Any, after: Any, level: Any) -> Any:
    """How far between two records a level lies: 0 at the first, 1 at the second (or where they are
    one).
    """
    positive = (before > 0) & (after > 0)
    before, after, level = (
        np.where(positive, np.log(np.where(x > 0, x, 1)), x) for x in (before, after, level)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (level - before) / (after - before)
    return np.clip(np.where(np.isfinite(share) & np.isfinite(after), share, 1.0), 0, 1)


def _middle(ordered: Any) -> Any:
    """The median along the last axis of sorted numbers, infinite where its upper half is."""
    n = ordered.shape[-1]
    return (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2
