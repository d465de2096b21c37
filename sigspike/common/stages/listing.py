"""What the stages of every paper share: a list of crossings, and the variables they need."""

from typing import Any

import numpy as np
import xarray as xr

from sigspike.foundation.check import Refusal


def listed(stages: dict[str, xr.Dataset]) -> xr.Dataset:
    """The stages along ``stage``, by name."""
    listed = xr.concat(list(stages.values()), "stage", join="exact")
    return listed.assign_coords(stage=np.array(list(stages), dtype=object))


def need(data: Any, *names: str, measure: str = "summary") -> None:
    """Refuse what lacks a variable."""
    held = list(data) if isinstance(data, xr.Dataset) else []
    lacking = [name for name in names if name not in held]
    if lacking:
        got = (
            f"one with {', '.join(map(str, held)) or 'none'}"
            if isinstance(data, xr.Dataset)
            else repr(data)
        )
        remedy = f"record with `measure` = {measure!r}"
        raise Refusal(f"`data` must be a Dataset with {', '.join(lacking)}, got {got}; {remedy}")
