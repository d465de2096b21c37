"""The ways in which a grid is asked for: every one must answer alike."""

import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from grid_oracle import CLOSE, FLOOR, Grid, alone, assert_close, check, experiments, scale

import sigspike as ss
from sigspike.cli.main import main

QUANTITY = "train_loss"
LEVEL = 0.6


class Unspoken(Exception):
    """A grid that a door cannot express (arrays in a file; names as flags)."""


def memory(grid: Grid, folder: Path) -> None:
    """The plain call."""
    check(grid, ss.sweep(grid.base, grid.asked, grid.n_seeds, grid.seed))


def mean(grid: Grid, folder: Path) -> None:
    """Means over seeds alone."""
    check(grid, ss.sweep(grid.base, grid.asked, grid.n_seeds, grid.seed, keep="mean"), keep="mean")


def store(grid: Grid, folder: Path) -> None:
    """On disk, as it is returned and as it is loaded."""
    place = folder / "grid.zarr"
    data = ss.sweep(grid.base, grid.asked, grid.n_seeds, grid.seed, store=place)
    check(grid, data)
    loaded = ss.load(place)
    for name in loaded.variables:
        np.testing.assert_array_equal(loaded[name].values, data[name].values, err_msg=str(name))


def cluster(grid: Grid, folder: Path) -> None:
    """By another process."""
    check(grid, ss.sweep(grid.base, grid.asked, grid.n_seeds, grid.seed, cluster="local:1"))


def file(grid: Grid, folder: Path) -> None:
    """``sigspike sweep --file``: TOML, or JSON where a value is None, into a NetCDF file."""
    axes = {name: _axis_table(values) for name, values in grid.asked.items()}
    spec = {
        "experiment": table(grid.base),
        "axes": axes,
        "n_seeds": grid.n_seeds,
        "seed": grid.seed,
    }
    check(grid, _command(folder, ["--file", str(_write(folder, spec))]))


def flags(grid: Grid, folder: Path) -> None:
    """``sigspike sweep --axis`` for plain axes of numbers, into a NetCDF file."""
    words: list[str] = []
    for name, values in grid.asked.items():
        if isinstance(values, (Mapping, ss.Linked)) or any(
            isinstance(v, (str, bool, tuple, type(None))) for v in values
        ):
            raise Unspoken
        words += ["--axis", name.replace("_", "-"), *(repr(plain(value)) for value in values)]
    spec = _write(folder, {"experiment": table(grid.base)})
    options = ["--n-seeds", str(grid.n_seeds), "--seed", str(grid.seed)]
    check(grid, _command(folder, ["--file", str(spec), *options, *words]))


def boundary(grid: Grid, folder: Path) -> None:
    """``trace_boundary``: trained cells are the means of their runs, others lie between them or are
    NaN.
    """
    if len(grid.axes) != 2:
        raise Unspoken
    given = grid.base, grid.asked, LEVEL, QUANTITY, grid.n_seeds, grid.seed
    data = ss.trace_boundary(*given, share=0.5)
    assert data[QUANTITY].dims == tuple(grid.columns)
    known = []
    for places, at in zip(grid.places, experiments(grid), strict=True):
        here, where = data.isel(places), f"cell {places}"
        if not here["trained"]:
            continue
        last = [alone(at, grid.seed, number).isel(time=-1) for number in range(grid.n_seeds)]
        each = np.array([float(run[QUANTITY]) for run in last])
        each = each[~np.isnan(each)]
        assert_close(here[QUANTITY].values, each.mean() if each.size else np.nan, where)
        error = each.std(ddof=1) / each.size**0.5 if each.size > 1 else np.nan
        assert_close(here[f"{QUANTITY}_se"].values, error, where, scale(each))
        fraction = np.mean([int(run["diverged_at"]) >= 0 for run in last])
        assert float(here["fraction_diverged"]) == fraction, where
        known += [each.mean()] if each.size else []
    rest = data[QUANTITY].values[~data["trained"].values]
    assert np.isnan(data[f"{QUANTITY}_se"].values[~data["trained"].values]).all()
    rest = rest[~np.isnan(rest)]
    if rest.size:
        slack = CLOSE * scale(rest) + FLOOR
        assert min(known) - slack <= rest.min()
        assert rest.max() <= max(known) + slack


DOORS = {
    "memory": memory,
    "mean": mean,
    "store": store,
    "file": file,
    "flags": flags,
    "boundary": boundary,
}
RARE = {"cluster": cluster}  # a process of its own each time


def _command(folder: Path, words: list[str]) -> xr.Dataset:
    out = folder / "grid.nc"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        main(["sweep", *words, "--out", str(out)])
    return xr.load_dataset(out, engine="h5netcdf")


def table(described: Any) -> dict[str, Any]:
    """An object as a file says it: its type, and every field that is not None."""
    own = {
        f.name: getattr(described, f.name) for f in fields(described) if "hidden" not in f.metadata
    }
    told = {
        name: table(value) if is_dataclass(value) else plain(value) for name, value in own.items()
    }
    kind = {} if isinstance(described, ss.Experiment) else {"type": type(described).__name__}
    return kind | {name: value for name, value in told.items() if value is not None}


def plain(value: Any) -> Any:
    """A number, word, list or nothing, of Python."""
    if np.ndim(value) > 1:
        raise Unspoken
    if isinstance(value, tuple):
        return list(value)
    return value.item() if hasattr(value, "item") else value


def _axis_table(values: Any) -> Any:
    if isinstance(values, ss.Linked):
        linked = {"fields": {path: _axis_table(own) for path, own in values.fields.items()}}
        return linked if values.labels is None else linked | {"labels": list(values.labels)}
    if isinstance(values, Mapping):
        return {name: table(value) for name, value in values.items()}
    return [plain(value) for value in values]


def _write(folder: Path, spec: dict[str, Any]) -> Path:
    try:
        place = folder / "grid.toml"
        text = "\n".join(f"{key} = {_toml(value)}" for key, value in spec.items())
    except TypeError:  # TOML has no null
        place, text = folder / "grid.json", json.dumps(spec)
    place.write_text(text)
    return place


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{json.dumps(key)} = {_toml(own)}" for key, own in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if value is None:
        raise TypeError(value)
    return json.dumps(value)
