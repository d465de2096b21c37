"""A published figure: its experiment, its drawing and its claims; and how it is written."""

import json
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr

from sigspike.check import Refusal
from sigspike.papers.claim import Claim
from sigspike.plots.style import paper_style, write
from sigspike.provenance import provenance

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Figure(ABC):
    """One figure of a paper. ``scale`` is ``"paper"`` or ``"quick"``, a genuine but smaller grid."""

    name: ClassVar[str]
    caption: ClassVar[str]
    needs_data: ClassVar[bool] = False

    scale: str = "paper"
    data_dir: Path | None = None

    @abstractmethod
    def settings(self) -> dict[str, Any]:
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

    def publish(self, folder: Path, progress: Progress) -> list[dict[str, Any]]:
        """Write NAME.png, .svg, .nc (the numbers) and .json (settings, versions, commit, seconds, claims), all or
        none.
        """
        started = time.perf_counter()
        data = self.compute(progress)
        claims = [claim.as_dict() for claim in self.claims(data)]
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            path = Path(scratch) / self.name
            with paper_style():
                write(self.draw(data), path)
            data.attrs["caption"] = self.caption
            data.to_netcdf(path.with_suffix(".nc"), engine="h5netcdf")
            facts = {"figure": self.name, "caption": self.caption, "scale": self.scale, "settings": self.settings()}
            facts |= provenance() | {"seconds": round(time.perf_counter() - started, 1), "claims": claims}
            path.with_suffix(".json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
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
            f"`out` must be a folder that can be written, got {str(folder)!r} ({error.strerror}); name another"
        ) from error
