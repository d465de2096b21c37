"""Test accuracy against the stopping time, and the best time against T₁.

Early stopping after Han et al. 2025 (arXiv 2505.18909).
"""

from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter

from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.two_stages.drawing import boundary, log_time
from sigspike.papers.two_stages.setting import (
    D_TEST,
    STAGE_TWO,
    Cell,
    Runs,
    at_stage_one,
    flipped_share,
    stages_of,
    unit_of_time,
)
from sigspike.plots.curves import curve
from sigspike.plots.style import COLORS, panels

CELLS = {
    "τ = 0.1": (0.1, 0.1),
    "τ = 0.2": (0.2, 0.1),
    "τ = 0.3": (0.3, 0.1),
    "τ = 0.2, η = 0.05": (0.2, 0.05),
}
MAIN, SLOW = "τ = 0.2", "τ = 0.2, η = 0.05"
SOURCE = "Han et al. 2025, early stopping"


class EarlyStopping(Runs):
    """τ = 0.1, 0.2, 0.3 at η = 0.1, and τ = 0.2 at η = 0.05."""

    name: ClassVar[str] = "early-stopping"
    caption: ClassVar[str] = (
        "Test accuracy against the stopping time, on D_test (noise of training samples) and on "
        "fresh samples; median and 10–90 % band over seeds; the grey line ends stage I at τ = "
        "0.2. Right, in units of nm/(ησ_p²d), medians over seeds: bars, the stopping times whose "
        "D_test accuracy is the highest; triangles, detected T₁ (all clean and no noisy samples "
        "fitted); rings, the end of stage I."
    )

    def cells(self) -> dict[str, Cell]:
        return {name: Cell(rate, rate, step) for name, (rate, step) in CELLS.items()}

    def compute(self, progress: Any) -> xr.Dataset:
        """And of every run ``best_first`` and ``best_last``: the ends of the plateau of highest
        D_test accuracy.
        """
        data = super().compute(progress)
        error = data["test_error"].sel(test_noise="training", drop=True)
        moments = error["time"].where(error == error.min("time"))
        return data.assign(best_first=moments.min("time"), best_last=moments.max("time"))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.2)
        late = data.sel(time=slice(1, None))
        for name, color in zip(CELLS, COLORS, strict=False):
            if name != SLOW:
                for axes, test in zip(row, ("training", "fresh"), strict=False):
                    curve(axes, 1 - late["test_error"].sel(cell=name, test_noise=test), color, name)
        log_time(row[:2], float(data["time"][-1]))
        boundary(row[:2], data.sel(cell=MAIN))
        for axes, text in zip(row, (f"on {D_TEST}", "i.i.d."), strict=False):
            axes.set(ylabel=f"test accuracy {text}", ylim=(0.42, 1.03))
        row[0].legend(loc="lower left")
        self._times(row[2], data)
        return figure

    def _times(self, axes: Axes, data: xr.Dataset) -> None:
        stages = stages_of(data)["at"].median("seed")
        for k, (name, color) in enumerate(zip(CELLS, COLORS, strict=False)):
            unit = self._unit(name)
            ends = [
                float(data[f"best_{end}"].sel(cell=name).median()) / unit
                for end in ("first", "last")
            ]
            axes.plot(ends, [k, k], color=color, linewidth=5, solid_capstyle="butt")
            for stage, marker, fill in (("separated", "v", "black"), ("crossing", "o", "white")):
                when = float(stages.sel(cell=name, stage=stage)) / unit
                axes.plot(when, k, marker, color="black", markerfacecolor=fill, markersize=4)
        axes.set(
            xscale="log",
            xlim=(0.02, 10),
            xlabel="step / (nm / (ησₚ²d))",
            ylim=(len(CELLS) - 0.5, -0.5),
        )
        axes.xaxis.set_major_locator(FixedLocator([0.1, 1, 10]))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_yticks(range(len(CELLS)), [name.replace(", ", "\n") for name in CELLS])

    def _unit(self, name: str) -> float:
        return unit_of_time(self.experiment()) * 0.1 / CELLS[name][1]

    def claims(self, data: xr.Dataset) -> list[Claim]:
        of_seeds, times = Claim.of_seeds, data["stage_at"].sel(stage="crossing")
        detected = data["stage_at"].sel(stage="separated")
        middle = (data["best_first"] + data["best_last"]) / 2
        return [
            *_best_at_stage_one(data),
            of_seeds(
                f"first of the best stopping times over detected T₁, {MAIN}",
                SOURCE,
                (data["best_first"] / detected).sel(cell=MAIN).dropna("seed"),
                0.5,
                2,
            ),
            of_seeds(
                f"middle of the best stopping times over nm/(ησ_p²d), {MAIN}",
                SOURCE,
                middle.sel(cell=MAIN) / self._unit(MAIN),
                1 / 3,
                3,
            ),
            of_seeds(
                "end of stage I at η = 0.05 over that at 0.1",
                "Han et al. 2025: times ∝ 1/η",
                (times.sel(cell=SLOW) / times.sel(cell=MAIN)).dropna("seed"),
                1.9,
                2.1,
            ),
            none_diverged(data),
        ]


def _best_at_stage_one(data: xr.Dataset) -> list[Claim]:
    """D_test accuracy is at its best at T₁, and lost by the end."""
    error = data["test_error"].sel(test_noise="training")
    best, final = error.min("time"), error.isel(time=-1)
    early = at_stage_one(data)["test_error"].sel(test_noise="training") - best
    late = (final - best) / (flipped_share(data) / 2)
    shared = [name for name in CELLS if name != "τ = 0.3"]
    return [
        *(
            Claim.of_seeds(
                f"D_test accuracy at detected T₁ below the best, {name}",
                SOURCE,
                early.sel(cell=name).dropna("seed"),
                high=0.02,
            )
            for name in shared
        ),
        *(
            Claim.of_seeds(
                f"D_test accuracy at the end below the best, over half the share of flips, {name}",
                STAGE_TWO,
                late.sel(cell=name),
                0.9,
            )
            for name in shared
        ),
    ]
