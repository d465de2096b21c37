"""A published figure: its experiment, its drawing and its claims; and how it is written."""

import json
import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr

from sigspike.files.folders import find
from sigspike.foundation.check import Refusal
from sigspike.foundation.provenance import provenance
from sigspike.papers.claim import Claim
from sigspike.plots.style import paper_style, write

Progress = Callable[[int, int], None]
Settings = dict[str, Any]  # plain numbers, strings and dictionaries, as JSON has them


@dataclass(frozen=True)
class Figure(ABC):
    """One figure of a paper. ``scale`` is ``"paper"`` or ``"quick"``, a genuine but smaller grid.

    ``needs`` names the data set that it cannot do without (of ``files.folders``). ``slow`` says how
    long it takes at the paper's scale, where that is too long to run unasked; such a figure gives
    its sweep ``store``, where it goes on when it was stopped. ``seeds`` are the runs of a cell, at
    the paper's scale and at the quick one.
    """

    name: ClassVar[str]
    caption: ClassVar[str]
    seeds: ClassVar[tuple[int, int]]
    needs: ClassVar[str] = ""
    slow: ClassVar[str] = ""

    scale: str = "paper"
    data_dir: Path | None = None
    store: Path | None = None

    @abstractmethod
    def settings(self) -> Settings:
        """The experiment and its axes, as plain dictionaries."""

    @abstractmethod
    def compute(self, progress: Progress) -> xr.Dataset:
        """The numbers behind the figure."""

    @abstractmethod
    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        """The picture."""

    @abstractmethod
    def claims(self, data: xr.Dataset) -> list[Claim]:
        """What it must show."""

    @property
    def n_seeds(self) -> int:
        """The runs of a cell at this scale."""
        return self.seeds[0 if self.scale == "paper" else 1]

    def find(self, data_set: str) -> Path | None:
        """Where a data set lies in the user's folder, if there is one and it does."""
        return find(self.data_dir, data_set) if self.data_dir is not None else None

    def text(self) -> str:
        """The caption of this very figure."""
        return self.caption

    def publish(self, folder: Path, progress: Progress) -> list[dict[str, Any]]:
        """Write NAME.png, .svg, .nc (the numbers) and .json (settings, versions, commit, seconds,
        claims), all or none. What a slow figure has computed stays in .NAME-SCALE.zarr until then.
        """
        if not self.slow:
            return self._publish(folder, progress)
        store = folder / f".{self.name}-{self.scale}.zarr"
        claims = replace(self, store=store)._publish(folder, progress)
        shutil.rmtree(store, ignore_errors=True)  # a figure need not have used it
        return claims

    def _publish(self, folder: Path, progress: Progress) -> list[dict[str, Any]]:
        started, resumed = time.perf_counter(), self.store is not None and self.store.exists()
        data = self.compute(progress)
        claims = [claim.as_dict() for claim in self.claims(data)]
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            path = Path(scratch) / self.name
            with paper_style():
                write(self.draw(data), path)
            data.attrs["caption"] = self.text()
            data.to_netcdf(path.with_suffix(".nc"), engine="h5netcdf")
            facts = {
                "figure": self.name,
                "caption": self.text(),
                "scale": self.scale,
                "settings": self.settings(),
            }
            facts |= provenance() | {"seconds": round(time.perf_counter() - started, 1)}
            facts |= ({"seconds_of": "the last of several calls"} if resumed else {}) | {
                "claims": claims
            }
            path.with_suffix(".json").write_text(
                json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
            )
            for file in sorted(Path(scratch).iterdir()):
                file.replace(folder / file.name)
        return claims


def open_folder(folder: Path) -> Path:
    """The output folder, made if need be, and tried before any work is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise Refusal(
            f"`out` must be a folder that can be written, got {str(folder)!r} ({error.strerror}); "
            "name another"
        ) from error
