"""Stages of training, read off records: when a curve first crosses a level, and what that makes of papers A and B."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sigspike.check import Refusal

BAND = 0.1  # a plateau is reached within a tenth of its level
RESAMPLES = 1000
ROUNDING = 1e-6  # of a mean of ones: a compiled k · (1/k) may be below 1


@dataclass(frozen=True)
class Moment:
    """One crossing in words: ``str(Moment.of("T1", found))`` is "T1: step 812 (between 800 and 840)"."""

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
            raise Refusal(f"`found` must hold one run, got one along {left}; select one, or take `over_runs`")
        return cls(name, *(float(found[part]) for part in ("at", "low", "high", "last")))

    def __str__(self) -> str:
        if np.isnan(self.at):
            return f"{self.name}: not reached by step {self.last:.0f}"
        return f"{self.name}: step {self.at:.0f} (between {self.low:.0f} and {self.high:.0f})"


def first_time(values: xr.DataArray, level: Any, rising: bool = True) -> xr.Dataset:
    """When ``values`` along ``time`` are first ≥ ``level`` (≤ where not ``rising``), over all their other dimensions.

    * ``low``, ``high``: the records on both sides of the crossing; a curve already beyond at its first record crosses
      there, low = high. NaN is no record.
    * ``at``: between them, by interpolation in log(values) where both are positive, else in the values.
    * ``reached``: whether it is; where not, the three are NaN.
    * ``last``: the last record that is not NaN, up to which the curve was watched.
    """
    if not isinstance(values, xr.DataArray) or "time" not in values.coords or not values.sizes.get("time"):
        got = f"one over {values.dims}" if isinstance(values, xr.DataArray) else repr(type(values).__name__)
        raise Refusal(f"`values` must be a DataArray with records along `time`, got {got}")
    values, height = (x.transpose(..., "time") for x in xr.broadcast(values, xr.DataArray(level)))
    moments, curves, heights = values["time"].values.astype(float), values.values, height.values
    beyond = curves >= heights if rising else curves <= heights
    reached, after = beyond.any(-1), beyond.argmax(-1)[..., None]
    seen = np.maximum.accumulate(np.where(np.isnan(curves), -1, np.arange(len(moments))), -1)
    before = np.take_along_axis(seen, np.maximum(after - 1, 0), -1)
    before = np.where((before < 0) | (after == 0), after, before)
    left, right = (np.take_along_axis(curves, place, -1)[..., 0] for place in (before, after))
    low, high = (np.where(reached, moments[place[..., 0]], np.nan) for place in (before, after))
    at = low + _share(left, right, heights[..., 0]) * (high - low)
    last = np.where(seen[..., -1] >= 0, moments[seen[..., -1]], np.nan)
    found = {"at": at, "low": low, "high": high, "reached": reached, "last": last}
    dims, coords = values.dims[:-1], values.isel(time=0, drop=True).coords
    return xr.Dataset({name: (dims, part) for name, part in found.items()}, coords)


def low_snr_stages(data: xr.Dataset, flip_rate: Any = None) -> xr.Dataset:
    """The stages of paper A along ``stage``, each a ``first_time``:

    * ``memorised``: max ρ̄ ≥ 1, which ends stage 1 (Theorems 3.2, 3.3: T₁).
    * ``plateau``: the mean margin comes within a tenth of log((1 − p)/p), where a flipped label pulls it down as much
      in the mean as the others lift it; from here it oscillates until the signal takes over. Gradient descent
      (``flip_rate`` 0) has none. By default p is the coordinate ``flip_rate`` of the data, else 0.
    * ``takeover``: max γ ≥ max ρ̄, the end of the plateau.

    ``level`` is the mean margin over the records from ``plateau`` to ``takeover`` (or the last one).
    """
    _need(data, "gamma_max", "rho_bar_max", "margin_mean")
    p = data.coords.get("flip_rate", 0.0) if flip_rate is None else flip_rate
    with np.errstate(divide="ignore"):
        balance = np.log((1 - p) / xr.DataArray(p))
    noise, signal = _largest(data["rho_bar_max"]), _largest(data["gamma_max"])
    margin = data["margin_mean"].sel(kind="clean", drop=True)
    plateau = first_time(margin, (1 - BAND) * balance)
    ratio = (signal / noise.where(noise > 0)).where((noise > 0) | (signal <= 0), np.inf)  # noise may have died out
    takeover = first_time(ratio, 1.0)
    end = takeover["at"].fillna(np.inf)
    stages = {"memorised": first_time(noise, 1.0), "plateau": plateau, "takeover": takeover}
    level = margin.where((margin["time"] >= plateau["high"]) & (margin["time"] < end)).mean("time")
    return _listed(stages).assign(level=level.assign_attrs(long_name="mean margin on the plateau", units="1"))


def two_stage_stages(data: xr.Dataset, level: float = 1.0) -> xr.Dataset:
    """The stages of paper B along ``stage``, each a ``first_time``, for fixed flips of the training labels:

    * ``separated``: clean samples are fitted (accuracy ≥ ``level``) while flipped ones are predicted with their true
      label (accuracy on the observed one ≤ 1 − ``level``): T₁, where stage I is reached.
    * ``crossing``: from then on, mean ρ̄ of the flipped samples > mean γ, which turns their margins (1/m) Σ (ρ̄ − γ)
      (paper B) positive: stage I ends. Not reached where stage I is not.
    * ``memorised``: accuracy ≥ ``level`` on the flipped samples' observed labels.

    Without flipped samples none is reached.
    """
    _need(data, "gamma_mean", "rho_bar_mean", "accuracy")
    clean, flipped = (data["accuracy"].sel(kind=kind, drop=True) for kind in ("clean", "flipped"))
    level = level - ROUNDING
    separated = first_time(xr.apply_ufunc(np.minimum, clean, 1 - flipped), level)
    gap = (data["rho_bar_mean"].sel(kind="flipped", drop=True) - data["gamma_mean"]).mean("sign")
    crossing = first_time(gap.where(gap["time"] >= separated["high"]), 0.0)
    return _listed({"separated": separated, "crossing": crossing, "memorised": first_time(flipped, level)})


def over_runs(found: xr.Dataset, confidence: float = 0.95) -> xr.Dataset:
    """The median over ``seed`` of ``at``, ``low`` and ``high`` of its bootstrap interval, and the fraction ``reached``.

    A run that has not reached it counts as later than all that have: a median or bound among those is NaN.
    """
    times = found["at"].fillna(np.inf).transpose(..., "seed")
    n_seeds = times.sizes["seed"]
    draws = np.random.default_rng(0).integers(n_seeds, size=(RESAMPLES, n_seeds))
    medians = _middle(np.sort(times.values[..., draws], -1))
    tails = np.array([1 - confidence, 1 + confidence]) / 2
    low, high = np.moveaxis(np.quantile(medians, tails, axis=-1, method="inverted_cdf"), 0, 0)
    parts = {"at": _middle(np.sort(times.values, -1)), "low": low, "high": high}
    coords = found["at"].isel(seed=0, drop=True).coords
    finite = {name: (times.dims[:-1], np.where(np.isfinite(part), part, np.nan)) for name, part in parts.items()}
    return xr.Dataset(finite, coords).assign(reached=found["reached"].mean("seed"), last=found["last"].min("seed"))


def _share(before: Any, after: Any, level: Any) -> Any:
    """How far between two records a level lies: 0 at the first, 1 at the second (or where they are one)."""
    positive = (before > 0) & (after > 0)
    before, after, level = (np.where(positive, np.log(np.where(x > 0, x, 1)), x) for x in (before, after, level))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (level - before) / (after - before)
    return np.clip(np.where(np.isfinite(share) & np.isfinite(after), share, 1.0), 0, 1)


def _middle(ordered: Any) -> Any:
    """The median along the last axis of sorted numbers, infinite where its upper half is."""
    n = ordered.shape[-1]
    return (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2


def _listed(stages: dict[str, xr.Dataset]) -> xr.Dataset:
    """The stages along ``stage``, by name."""
    listed = xr.concat(list(stages.values()), "stage", join="exact")
    return listed.assign_coords(stage=np.array(list(stages), dtype=object))


def _largest(values: xr.DataArray) -> xr.DataArray:
    """The largest entry of a moment, over signs and over the kinds of sample there are."""
    return values.max([axis for axis in ("sign", "kind") if axis in values.dims])


def _need(data: Any, *names: str) -> None:
    """Refuse what lacks a variable."""
    held = list(data) if isinstance(data, xr.Dataset) else []
    lacking = [name for name in names if name not in held]
    if lacking:
        got = f"one with {', '.join(map(str, held)) or 'none'}" if isinstance(data, xr.Dataset) else repr(data)
        remedy = "record with `measure` = 'summary'"
        raise Refusal(f"`data` must be a Dataset with {', '.join(lacking)}, got {got}; {remedy}")
