"""A store that is read: all of it checked first, and what is not finished said."""

import json
import warnings
from pathlib import Path

import xarray as xr

from sigspike.files.store.arrays import NAME
from sigspike.files.store.checksums import damaged
from sigspike.files.store.ledger import LEDGER, Ledger
from sigspike.foundation.check import Refusal


def read(path: Path) -> xr.Dataset:
    """The data of a store, read when they are looked at.

    ``attrs["sigspike"]`` is its description, and how it came to be, as one JSON text;
    ``attrs["unfinished"]`` says how much is there, where that is not all. What is not finished
    reads as NaN.
    """
    from sigspike.files.store.guard import Guard

    if not (path / LEDGER).is_file():
        raise Refusal(f"`store` must be a store that sigspike has written, got {str(path)!r}")
    known = Ledger.of(path)
    if known.begun is None:
        raise Refusal(
            f"`store` {str(path)!r} has no checksums of its labels (written by an earlier "
            f"sigspike, or {LEDGER} is "
            "damaged); call the same sweep again, or look at it unchecked with xarray.open_zarr"
        )
    groups = [known.begun["files"], *(entry["files"] for entry in known.chunks.values())]
    _refuse_damage(path, [name for names in damaged(path, groups) for name in names])
    vouched = {name: digest for group in groups for name, digest in group.items()}
    data = xr.open_zarr(
        Guard(path, vouched), consolidated=False, chunks=None, zarr_format=3
    ).drop_encoding()
    facts = known.begun["begun"] | {"sessions": known.sessions, "seconds": known.seconds}
    data = data.assign_attrs({NAME: json.dumps(facts, ensure_ascii=False)})
    return data.assign_attrs(_unfinished(path, known))


def _refuse_damage(path: Path, names: list[str]) -> None:
    if names:
        shown = ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
        raise Refusal(
            f"`store` {str(path)!r} is damaged ({len(names)} files: {shown}); call the same sweep "
            "again, which writes them anew"
        )


def _unfinished(path: Path, known: Ledger) -> dict[str, str]:
    """The attribute of a store that is not finished, after a warning."""
    if known.n_damaged:
        warnings.warn(
            f"{path}: {known.n_damaged} damaged or unfinished lines of {LEDGER} do not count",
            stacklevel=4,
        )
    total = known.begun["trainings"] if known.begun is not None else 0
    if known.n_trainings == total:
        return {}
    sentence = (
        f"{known.n_trainings} of {total} trainings are there, the others read as NaN; "
        "call the same sweep again"
    )
    warnings.warn(f"{path}: {sentence}", stacklevel=4)
    return {"unfinished": sentence}
