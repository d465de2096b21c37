"""Every method there is, on the same wrong labels: test accuracy at its best and last epoch."""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.ticker import PercentFormatter

from sigspike.images.tables import ROWS
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.noisy_images.training import NOISE_RATE, Trainings
from sigspike.plots.style import COLORS, panels

QUICK = ("CE", "GCE")


class Methods(Figure):
    """The trainings of ``Memorisation`` by all rows that tables may have; at the quick scale, by a
    few.
    """

    name: ClassVar[str] = "methods"
    caption: ClassVar[str] = (
        "ResNet-10 (width 8) on scikit-learn's digits with 40 % symmetric noise: test accuracy at "
        "the best epoch (by the test images) and at the last, and the fraction of flipped samples "
        "memorised at the last; all methods on the same schedule, with the settings of their "
        "papers, but for the rates of reweighting, which were chosen on these digits. Mean and "
        "standard error over seeds; dashed, cross entropy; dotted, the share of right labels."
    )
    seeds: ClassVar[tuple[int, int]] = (3, 2)
    slow: ClassVar[str] = "about 20 minutes on two cores"

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(ROWS) if self.scale == "paper" else QUICK

    @property
    def trainings(self) -> Trainings:
        """As in ``Memorisation``."""
        return Trainings(16, 30) if self.scale == "paper" else Trainings(8, 24)

    def settings(self) -> Settings:
        return self.trainings.settings(self.rows, self.n_seeds)

    def compute(self, progress: Progress) -> xr.Dataset:
        return self.trainings.run(self.rows, self.n_seeds, progress, self.store)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [[tests, memorised]] = panels(1, 2, height=0.9 + 0.2 * data.sizes["algorithm"])
        places = -np.arange(data.sizes["algorithm"])
        ends = {
            "best": data["test_accuracy"].max("time"),
            "last": data["test_accuracy"].isel(time=-1),
        }
        for (name, values), color, marker in zip(
            ends.items(), (COLORS[0], COLORS[1]), "os", strict=True
        ):
            _points(tests, values, places, color, marker, name)
            tests.axvline(
                float(values.sel(algorithm="CE").mean()),
                color=color,
                linestyle="--",
                linewidth=0.6,
                zorder=0,
            )
        flipped = data["accuracy"].sel(kind="flipped").isel(time=-1)
        _points(memorised, flipped, places, COLORS[6], "D", "last")
        tests.axvline(1 - NOISE_RATE, color="0.5", linestyle=":", linewidth=0.8, zorder=0)
        tests.set_yticks(places, data["algorithm"].values)
        memorised.set_yticks(places, [])
        tests.set_xlabel("test accuracy")
        memorised.set_xlabel("flipped samples memorised at the last epoch")
        for axes in (tests, memorised):
            axes.grid(axis="y", color="0.92", linewidth=0.6)
            axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        figure.legend(
            *tests.get_legend_handles_labels(), loc="outside upper left", title="epoch", ncols=2
        )
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        last = data["test_accuracy"].isel(time=-1)
        above = last - last.sel(algorithm="CE", drop=True)
        sources = {
            "GCE": "Tai et al. 2023, table 1",
            "RFL": "Tai et al. 2023, table 1",
            "SL": "Tai et al. 2023, table 1",
            "ELR": "Liu et al. 2020",
            "FBR": "arXiv 2510.12209",
        }
        return [
            Claim.of_seeds(
                f"{row}: last test accuracy above CE's", source, above.sel(algorithm=row), low=0
            )
            for row, source in sources.items()
            if row in self.rows
        ]


def _points(
    axes: Any, values: xr.DataArray, places: np.ndarray, color: str, marker: str, label: str
) -> None:
    """Mean and standard error over seeds."""
    middle, error = values.mean("seed"), values.std("seed", ddof=1) / np.sqrt(values.sizes["seed"])
    axes.errorbar(
        middle,
        places,
        xerr=error,
        color=color,
        fmt=marker,
        markersize=3.5,
        elinewidth=1,
        label=label,
    )
