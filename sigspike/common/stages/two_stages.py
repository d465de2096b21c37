"""The two stages under label noise: clean samples fitted, then flipped ones memorised.

Han et al. 2025 (arXiv 2505.18909).
"""

import numpy as np
import xarray as xr

from sigspike.common.stages.crossing import first_time
from sigspike.common.stages.listing import listed, need

ROUNDING = 1e-6  # of a mean of ones: a compiled k · (1/k) may be below 1


def two_stage_stages(data: xr.Dataset, level: float = 1.0) -> xr.Dataset:
    """The stages of Han et al. 2025 along ``stage``, each a ``first_time``, for fixed flips of the
    training labels:

    * ``separated``: clean samples are fitted (accuracy ≥ ``level``) while flipped ones are
      predicted with their true label (accuracy on the observed one ≤ 1 − ``level``): T₁, where
      stage I is reached.
    * ``crossing``: from then on, mean ρ̄ of the flipped samples > mean γ, which turns their margins
      (1/m) Σ (ρ̄ − γ) (Han et al. 2025) positive: stage I ends. Not reached where stage I is not.
      γ is Σ_l γ_l of several features, and that of a class's own feature where each has one.
    * ``memorised``: accuracy ≥ ``level`` on the flipped samples' observed labels.

    Without flipped samples none is reached.
    """
    need(data, "gamma_mean", "rho_bar_mean", "accuracy")
    clean, flipped = (data["accuracy"].sel(kind=kind, drop=True) for kind in ("clean", "flipped"))
    level = level - ROUNDING
    separated = first_time(xr.apply_ufunc(np.minimum, clean, 1 - flipped), level)
    noise = data["rho_bar_mean"].sel(kind="flipped", drop=True)
    gap = (noise - _of_its_class(data["gamma_mean"])).mean(
        "class" if "class" in noise.dims else "sign"
    )
    crossing = first_time(gap.where(gap["time"] >= separated["high"]), 0.0)
    return listed(
        {"separated": separated, "crossing": crossing, "memorised": first_time(flipped, level)}
    )


def _of_its_class(gamma: xr.DataArray) -> xr.DataArray:
    """Mean γ of each class: of what it has learnt of its own feature, or of all that have signs."""
    if "feature" not in gamma.dims:
        return gamma
    if "class" not in gamma.dims:
        return gamma.sum("feature", skipna=False)
    own = gamma["class"].values
    return gamma.isel({"class": own, "feature": xr.DataArray(own, dims="class")})
