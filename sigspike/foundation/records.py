"""The axes of records, by name."""

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

import numpy as np
import xarray as xr

AXES = {
    "sign": np.array([-1, 1]),
    "kind": np.array(["clean", "flipped"], dtype=object),
    "standing": np.array(["agrees", "against", "absent"], dtype=object),
}
CLASS = "class"  # what the sign axis is called where there are three classes or more


def named_axes(record: Any, leading: tuple[str, ...] = ("time",)) -> xr.Dataset:
    """A record as a labelled dataset.

    A field declares the axes of one moment (``gamma: Float[Array, "sign neuron"]``); every
    transform that put an axis in front of them is named in ``leading``, outermost first. A starred
    axis (``*patch``) is there or not. The sign axis is labelled −1, +1 (a first layer shared by
    both classes has one entry, and counts as +1); of K ≥ 3 classes it is the axis ``class``, 0, …,
    K − 1.
    """
    variables = {
        name: (dims, np.asarray(getattr(record, name)), attrs)
        for name, dims, attrs in record_axes(record, leading)
    }
    dataset = xr.Dataset(variables)
    if dataset.sizes.get("sign", 0) > len(AXES["sign"]):
        dataset = dataset.rename(sign=CLASS)
    dataset = dataset.assign_coords(labels_of(dataset.sizes))
    if "time" in leading and "step" in dataset:
        return dataset.assign_coords(
            time=dataset["step"].isel({a: 0 for a in leading if a != "time"}).values
        ).drop_vars("step")
    return dataset


def labels_of(sizes: Mapping[Any, int]) -> dict[str, np.ndarray]:
    """The labels of the axes that have some, by their sizes."""
    labels = {axis: values[-sizes[axis] :] for axis, values in AXES.items() if axis in sizes}
    return labels | ({CLASS: np.arange(sizes[CLASS])} if CLASS in sizes else {})


def record_axes(
    record: Any, leading: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Name, dimensions and attributes of every field of a record (of arrays, or of shapes)."""
    axes = []
    for field in fields(record):
        dims = (*leading, *axis_names(field))[: getattr(record, field.name).ndim]
        axes.append((field.name, dims, dict(field.metadata.get("attrs", {}))))
    return axes


def axis_names(field: Field) -> list[str]:
    """The axes that a record's field declares."""
    return [axis.lstrip("*") for axis in getattr(field.type, "dim_str").split()]  # noqa: B009 (jaxtyping's attribute)
