"""Labelled results on disk, chunk by chunk: resumed where they stopped, checked before they are believed."""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sigspike.check import Refusal

Region = tuple[Any, ...]  # places along every dimension: an array of indices, or a slice
Regions = list[tuple[str, Region, np.ndarray]]
LEDGER, LOCK, NAME = "ledger/entries.jsonl", "ledger/writer.lock", "sigspike"


@dataclass(frozen=True)
class Variable:
    """One array of a store."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype
    fill: float
    attrs: dict[str, Any]


class Store:
    """A Zarr v3 group with one array a variable, and beside it a ledger: a line for every finished chunk.

    A chunk counts once its line stands in the ledger, with a digest of its numbers; a missing chunk would read as NaN
    and pass for a divergence. Every array has a checksum besides (CRC-32C, after zstd). Numbers are written before the
    line, so a process may end anywhere. One process writes at a time.
    """

    def __init__(self, path: Path, group: Any):
        self.path = path
        self.group = group
        self.done: dict[int, str] = {}

    @classmethod
    @contextmanager
    def open(
        cls, path: Path, description: Mapping[str, Any], make: Callable[[], tuple[dict[str, Variable], xr.Dataset]]
    ) -> Iterator["Store"]:
        """The store at ``path`` for writing: made, or taken up if its description is the same."""
        import filelock

        with _disk(path):
            if path.exists() and (not path.is_dir() or any(path.iterdir())) and not (path / LOCK).exists():
                raise Refusal(f"`store` must be a new folder or a store that sigspike began, got {str(path)!r}")
            (path / LOCK).parent.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(path / LOCK)
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                raise Refusal(f"`store` {str(path)!r} is being written by another process; wait for it") from None
        try:
            with _disk(path):
                begun = (path / LEDGER).exists()
                store = cls(path, _existing(path, description) if begun else _make(path, description, *make()))
            yield store
        finally:
            lock.release()

    def verify(self, regions: Callable[[int], list[tuple[str, Region]]]) -> list[int]:
        """Read the ledger and every chunk it names; forget those that are missing or damaged, and say which."""
        damaged = []
        for number, digest in self._entries().items():
            try:
                read = [(name, where, self.group[name].oindex[where]) for name, where in regions(number)]
                intact = _digest(read) == digest
            except Exception:  # any decoder's complaint means the same
                intact = False
            if intact:
                self.done[number] = digest
            else:
                damaged.append(number)
                self._erase(regions(number))
        if damaged:
            shown = ", ".join(map(str, damaged[:8])) + (", …" if len(damaged) > 8 else "")
            warnings.warn(f"{self.path}: damaged or missing chunks are computed anew: {shown}", stacklevel=3)
        return damaged

    def write(self, number: int, regions: Regions, seconds: float) -> None:
        """Numbers first, then the line that makes them count."""
        with _disk(self.path):
            for name, where, values in regions:
                self.group[name].oindex[where] = values
            self._append({"chunk": number, "digest": _digest(regions), "seconds": round(seconds, 3)})
        self.done[number] = ""

    def begin(self, facts: Mapping[str, Any]) -> None:
        """Note who writes from now on: versions, commit, machine, time."""
        with _disk(self.path):
            self._append({"session": dict(facts)})

    def _append(self, entry: dict[str, Any]) -> None:
        file = self.path / LEDGER
        cut_off = file.stat().st_size > 0 and file.read_bytes()[-1:] != b"\n"
        with file.open("ab") as lines:
            lines.write(b"\n" * cut_off + json.dumps(entry, ensure_ascii=False).encode() + b"\n")

    def _entries(self) -> dict[int, str]:
        return {line["chunk"]: line["digest"] for line in ledger(self.path) if "chunk" in line}

    def _erase(self, regions: list[tuple[str, Region]]) -> None:
        """Remove a damaged chunk's files: a file that cannot be decoded could not be written over in part."""
        for name, where in regions:
            array = self.group[name]
            spans = [
                sorted({int(k) // size for k in (np.arange(length)[at] if isinstance(at, slice) else at)})
                for at, size, length in zip(where, array.chunks, array.shape, strict=True)
            ]
            for index in np.array(np.meshgrid(*spans, indexing="ij")).reshape(len(spans), -1).T:
                (self.path / name / array.metadata.encode_chunk_key(tuple(map(int, index)))).unlink(missing_ok=True)


def read(path: Path) -> xr.Dataset:
    """The data of a store, read when it is looked at; attributes as one JSON text (``attrs["sigspike"]``)."""
    if not (path / LEDGER).exists():
        raise Refusal(f"`store` must be a store that sigspike has written, got {str(path)!r}")
    return xr.open_zarr(path, consolidated=False, chunks=None).drop_encoding()


def ledger(path: Path) -> list[dict[str, Any]]:
    """The lines of a store's ledger; one that was cut off while it was written does not count."""
    entries = []
    file = path / LEDGER
    for line in file.read_text(errors="replace").splitlines() if file.exists() else []:
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return entries


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two descriptions differ, as "path: old, new"."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(key for key in new if key not in old)]
        found = [differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key)) for key in keys]
        return [line for lines in found for line in lines]
    return [] if old == new else [f"{path}: {_short(old)} in the store, {_short(new)} now"]


def _make(path: Path, description: Mapping[str, Any], variables: dict[str, Variable], coords: xr.Dataset) -> Any:
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    for left in path.iterdir():  # by a process that ended while it made the store
        if left.name != Path(LEDGER).parent.name:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    zarr.open_group(path / Path(LEDGER).parent, mode="a", zarr_format=3)
    text = json.dumps(description, ensure_ascii=False)
    coords.assign_attrs({NAME: text}).to_zarr(path, mode="a", consolidated=False, zarr_format=3)
    group = zarr.open_group(path, mode="r+", zarr_format=3)
    for name, variable in variables.items():
        group.create_array(
            name,
            shape=variable.shape,
            chunks=variable.chunks,
            dtype=variable.dtype,
            fill_value=variable.fill,
            dimension_names=variable.dims,
            attributes=variable.attrs | ({"coordinates": " ".join(_beside(coords))} if _beside(coords) else {}),
            compressors=[ZstdCodec(level=3), Crc32cCodec()],
            config={"write_empty_chunks": True},
        )
    (path / LEDGER).touch()
    return zarr.open_group(path, mode="r+", zarr_format=3)


def _beside(coords: xr.Dataset) -> list[str]:
    return sorted(str(name) for name in coords.coords if name not in coords.dims)


def _existing(path: Path, description: Mapping[str, Any]) -> Any:
    import zarr

    group = zarr.open_group(path, mode="r+", zarr_format=3)
    found = differences(json.loads(str(group.attrs[NAME])), json.loads(json.dumps(description)))
    if found:
        shown = "; ".join(found[:6]) + ("; …" if len(found) > 6 else "")
        raise Refusal(f"`store` {str(path)!r} holds another sweep ({shown}); name another store")
    return group


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """The disk's complaints as one sentence."""
    try:
        yield
    except OSError as error:
        raise Refusal(
            f"`store` {str(path)!r} cannot be written ({error.strerror or error}); what is finished is kept, so make "
            "room or name another, and call again"
        ) from error


def _digest(regions: Regions) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name, _, values in sorted(regions, key=lambda region: region[0]):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
