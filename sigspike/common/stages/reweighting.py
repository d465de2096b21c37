"""The phases of meta-reweighting: alignment of the weights, filtering, and what follows it.

arXiv 2510.12209.
"""

import numpy as np
import xarray as xr

from sigspike.common.stages.crossing import first_time
from sigspike.common.stages.listing import listed, need


def reweighting_phases(
    data: xr.Dataset, saturation: float = 0.05, plateau: float = 0.05
) -> xr.Dataset:
    """The ends of the first two phases of meta-reweighting along ``stage``, each a ``first_time``
    (levels ours):

    * ``aligned``: the weights have saturated, (1/n) Σ_i min(ω_i, 1 − ω_i) ≤ ``saturation``:
      alignment ends.
    * ``filtered``: all but ``plateau`` of the fall of the clean loss, from its start to its least,
      is done: filtering ends, and post-filtering begins. Not reached before ``aligned`` is: a loss
      that has fallen while the weights still move shows no filtering.

    ``ordered``: whether both were reached, in this order, with a record between them.
    """
    need(data, "weight", "clean_loss", measure="weights")
    room = xr.apply_ufunc(np.minimum, data["weight"], 1 - data["weight"]).mean(
        "sample", skipna=False
    )
    aligned = first_time(room, saturation, rising=False)
    start, least = data["clean_loss"].isel(time=0, drop=True), data["clean_loss"].min("time")
    left = (data["clean_loss"] - least) / (start - least)
    filtered = first_time(left, plateau, rising=False)
    ordered = aligned["reached"] & (filtered["low"] > aligned["high"])
    filtered = filtered.where(ordered, np.nan).assign(
        reached=ordered & filtered["reached"], last=filtered["last"]
    )
    return listed({"aligned": aligned, "filtered": filtered}).assign(ordered=ordered)


def phase_of(data: xr.Dataset, found: xr.Dataset) -> xr.DataArray:
    """The phase at every record: "alignment", "filtering" or "post-filtering" (between two phases,
    the earlier).
    """
    aligned, filtered = (
        found["high"].sel(stage=name, drop=True) for name in ("aligned", "filtered")
    )
    late = data["time"] >= filtered
    names = xr.where(
        data["time"] < aligned.fillna(np.inf),
        "alignment",
        xr.where(late, "post-filtering", "filtering"),
    )
    return names.rename("phase")
