"""Stages at low SNR: noise memorised, a plateau, and the take-over by the signal.

Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import Any

import numpy as np
import xarray as xr

from sigspike.common.stages.crossing import first_time
from sigspike.common.stages.listing import listed, need

BAND = 0.1  # a plateau is reached within a tenth of its level


def low_snr_stages(data: xr.Dataset, flip_rate: Any = None) -> xr.Dataset:
    """The stages of Huang et al. 2025 along ``stage``, each a ``first_time``:

    * ``memorised``: max ρ̄ ≥ 1, which ends stage 1 (Theorems 3.2, 3.3: T₁).
    * ``plateau``: the mean margin comes within a tenth of log((1 − p)/p), where a flipped label
      pulls it down as much in the mean as the others lift it; from here it oscillates until the
      signal takes over. Gradient descent (``flip_rate`` 0) has none. By default p is the coordinate
      ``flip_rate`` of the data, else 0.
    * ``takeover``: max γ ≥ max ρ̄, the end of the plateau.

    ``level`` is the mean margin over the records from ``plateau`` to ``takeover`` (or the last
    one).
    """
    need(data, "gamma_max", "rho_bar_max", "margin_mean")
    p = data.coords.get("flip_rate", 0.0) if flip_rate is None else flip_rate
    with np.errstate(divide="ignore"):
        balance = np.log((1 - p) / xr.DataArray(p))
    noise, signal = _largest(data["rho_bar_max"]), _largest(data["gamma_max"])
    margin = data["margin_mean"].sel(kind="clean", drop=True)
    plateau = first_time(margin, (1 - BAND) * balance)
    # Noise may have died out
    ratio = (signal / noise.where(noise > 0)).where((noise > 0) | (signal <= 0), np.inf)
    takeover = first_time(ratio, 1.0)
    end = takeover["at"].fillna(np.inf)
    stages = {"memorised": first_time(noise, 1.0), "plateau": plateau, "takeover": takeover}
    level = margin.where((margin["time"] >= plateau["high"]) & (margin["time"] < end)).mean("time")
    return listed(stages).assign(
        level=level.assign_attrs(long_name="mean margin on the plateau", units="1")
    )


def _largest(values: xr.DataArray) -> xr.DataArray:
    """The largest entry of a moment, over signs and over the kinds of sample there are."""
    return values.max(
        [axis for axis in ("sign", "class", "feature", "kind") if axis in values.dims]
    )
