"""The axes of records, by name."""

from dataclasses import Field, fields
from typing import Any

import numpy as np
import xarray as xr

AXES = {"sign": np.array([-1, 1]), "kind": np.array(["clean", "flipped"], dtype=object)}


def named_axes(record: Any, leading: tuple[str, ...] = ("time",)) -> xr.Dataset:
    """A record as a labelled dataset.

    A field declares the axes of one moment (``gamma: Float[Array, "sign neuron"]``); every
    transform that put an axis in front of them is named in ``leading``, outermost first. A starred
    axis (``*patch``) is there or not. The sign axis is labelled −1, +1 (a first layer shared by
    both classes has one entry, and counts as +1).
    """
    variables = {
        name: (dims, np.asarray(getattr(record, name)), attrs)
        for name, dims, attrs in record_axes(record, leading)
    }
    dataset = xr.Dataset(variables)
    labels = {axis: AXES[axis][-dataset.sizes[axis] :] for axis in AXES if axis in dataset.sizes}
    dataset = dataset.assign_coords(labels)
    if "time" in leading and "step" in dataset:
        return dataset.assign_coords(
            time=dataset["step"].isel({a: 0 for a in leading if a != "time"}).values
        ).drop_vars("step")
    return dataset


def record_axes(
    record: Any, leading: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Name, dimensions and attributes of every field of a record (of arrays, or of shapes)."""
    found = []
    for field in fields(record):
        dims = (*leading, *axis_names(field))[: getattr(record, field.name).ndim]
        found.append((field.name, dims, dict(field.metadata.get("attrs", {}))))
    return found


def axis_names(field: Field) -> list[str]:
    """The axes that a record's field declares."""
    return [axis.lstrip("*") for axis in getattr(field.type, "dim_str").split()]  # noqa: B009 (jaxtyping's attribute)
