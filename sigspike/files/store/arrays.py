"""The Zarr v3 group of a store: labels, metadata and empty arrays."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sigspike.files.store.checksums import digests
from sigspike.files.store.ledger import FOLDER

Region = tuple[Any, ...]  # places along every dimension: an array of indices, or a slice
Regions = list[tuple[str, Region, np.ndarray]]
NAME, METADATA = "sigspike", "zarr.json"


@dataclass(frozen=True)
class Variable:
    """One array of a store."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype
    fill: float
    attrs: dict[str, Any]


def make(
    path: Path, description: Mapping[str, Any], variables: dict[str, Variable], coords: xr.Dataset
) -> dict[str, str]:
    """Write every label and all metadata, and return the digests of their files; numbers that are
    there stay.

    They are made aside and moved into their places, so that each is there whole or as it was.
    """
    aside = path / FOLDER / "anew"
    shutil.rmtree(aside, ignore_errors=True)
    _write(aside, description, variables, coords)
    names = sorted(
        file.relative_to(aside).as_posix() for file in aside.rglob("*") if file.is_file()
    )
    files = digests(aside, names)
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).replace(path / name)
    shutil.rmtree(aside)
    return files


def _write(
    path: Path, description: Mapping[str, Any], variables: dict[str, Variable], coords: xr.Dataset
) -> None:
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    text = json.dumps(description, ensure_ascii=False)
    coords.assign_attrs({NAME: text}).to_zarr(path, mode="w", consolidated=False, zarr_format=3)
    # Known to Zarr, which would wonder at the folder
    zarr.open_group(path / FOLDER, mode="a", zarr_format=3)
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    beside = " ".join(sorted(str(name) for name in coords.coords if name not in coords.dims))
    for name, variable in variables.items():
        group.create_array(
            name,
            shape=variable.shape,
            chunks=variable.chunks,
            dtype=variable.dtype,
            fill_value=variable.fill,
            dimension_names=variable.dims,
            attributes=variable.attrs | ({"coordinates": beside} if beside else {}),
            compressors=[ZstdCodec(level=3), Crc32cCodec()],
        )


def opened(path: Path) -> dict[str, Any]:
    """The arrays of a store by name. A chunk that holds nothing but NaN is a file too: a missing
    one is damage.
    """
    import zarr

    with zarr.config.set({"array.write_empty_chunks": True}):
        return dict(zarr.open_group(path, mode="r+", zarr_format=3).arrays())


def files(array: Any, where: Region) -> list[str]:
    """The files that hold a region of an array, by their paths inside the store."""
    spans = [
        sorted(
            {
                int(place) // size
                for place in (np.arange(length)[along] if isinstance(along, slice) else along)
            }
        )
        for along, size, length in zip(where, array.chunks, array.shape, strict=True)
    ]
    places = np.array(np.meshgrid(*spans, indexing="ij")).reshape(len(spans), -1).T
    return [
        f"{array.basename}/{array.metadata.encode_chunk_key(tuple(map(int, place)))}"
        for place in places
    ]
