"""Does stage I exist? Over n·SNR² and the flip rate τ.

Claims are measured against Han et al. 2025 (arXiv 2505.18909).
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

import sigspike as ss
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.two_stages.setting import (
    LENGTH,
    LIKELY,
    experiment,
    strength,
    unit_of_time,
    with_stages,
)
from sigspike.plots.maps import heat, line
from sigspike.plots.style import panels

FAR = 400_000  # theory's d ≥ C n² log(n/δ) holds there with C = 1
COLUMNS = {"d = 2000, σ₀σₚ√d = 0.45": (2000, 0.45), "d = 2000, σ₀σₚ√d = 0.045": (2000, 0.045)} | {
    "d = 400 000, σ₀σₚ√d = 0.045": (FAR, 0.045)
}
SMALL, LARGE = list(COLUMNS)[1:]
LEVELS = [1.0, 2.0, 4.0]


class PhaseDiagram(Figure):
    """n·SNR² = 0.5 … 32 (through ‖μ‖) × τ = 0.05 … 0.4, three steps of nm/(ησ_p²d); d and σ_0 in
    the columns.
    """

    name: ClassVar[str] = "phase-diagram"
    caption: ClassVar[str] = (
        "The fraction of seeds that pass through stage I: at some step all clean samples are "
        "fitted, and all noisy ones are predicted with their true label. n = 200, m = 20, η = "
        "0.1. White lines: n·SNR² (1 − 2τ) = 1, 2, 4, where 1 is mean γ = mean ρ̄ after the first "
        "step. Theory's regime n·SNR² = Θ(1) names no constant; its condition d ≥ C n² log(n/δ) "
        "holds at d = 400 000 with C = 1, and fails at d = 2000. A larger initial network hides "
        "stage I."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 6)

    def experiment(self) -> ss.Experiment:
        n_steps = round(3 * unit_of_time(experiment(1)))
        return experiment(n_steps, record_at=ss.log_spaced(n_steps, 10)[1:], n_test=200)

    def signals(self) -> list[float]:
        """n·SNR²."""
        return np.geomspace(0.5, 32, 19 if self.scale == "paper" else 13).tolist()

    def axes(self) -> dict[str, Any]:
        paper = self.scale == "paper"
        dims, starts = zip(*COLUMNS.values(), strict=True)
        fields = {
            "problem.dim": dims,
            "problem.noise_std": [LENGTH / dim**0.5 for dim in dims],
            "network.init_std": [start / LENGTH for start in starts],
        }
        return {
            "column": ss.Linked(
                fields, labels=list(COLUMNS), about="dimension and initial network"
            ),
            "problem.signal_strength": [strength(x) for x in self.signals()],
            "problem.flip_rate": [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]
            if paper
            else [0.05, 0.1, 0.2, 0.3, 0.4],
        }

    def settings(self) -> Settings:
        column = self.axes()["column"]
        axes = self.axes() | {
            "column": {path: list(values) for path, values in column.fields.items()}
        }
        return {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds, "axes": axes}

    def compute(self, progress: Progress) -> xr.Dataset:
        """``exists``: whether a run has a T₁, which is ``stage_at``; ``critical``: see there."""
        data = ss.sweep(self.experiment(), self.axes(), self.n_seeds, progress=progress)
        data = data.drop_vars(["snr", "n_snr2"]).rename(signal_strength="n_snr2")
        data = data.assign_coords(
            n_snr2=("n_snr2", self.signals(), {"long_name": "n·SNR²", "units": "1"})
        )
        stage = with_stages(data)[["stage_at", "stage_reached"]].sel(stage="separated", drop=True)
        kept = stage.assign(diverged_at=data["diverged_at"].isel(time=-1))
        return kept.assign(critical=critical(kept["stage_reached"]))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.4)
        exists = data["stage_reached"].mean("seed")
        for axes, name in zip(row, COLUMNS, strict=True):
            axes.set(xscale="log", title=name.replace(", ", "\n"), xlabel="n·SNR²")
            mesh = heat(axes, exists.sel(column=name), "n_snr2", "flip_rate", vmin=0, vmax=1)
            first_step(axes)
            axes.tick_params(labelleft=axes is row[0])
        row[0].set_ylabel("flip rate τ")
        figure.colorbar(mesh, ax=row, label="fraction of seeds with stage I")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        of_seeds, exists = Claim.of_seeds, data["stage_reached"]
        weak, strong = exists.where(exists["n_snr2"] <= 1.01), exists.where(exists["n_snr2"] >= 7.9)
        low, high = (data["critical"].sel(flip_rate=rate) for rate in (0.1, 0.3))
        source, rise = "Han et al. 2025, Theorem 4.1: n·SNR² = Θ(1)", xr.ufuncs.log(high / low)
        by_seed = ("column", "n_snr2", "flip_rate")
        claims = [
            of_seeds(
                "fraction of runs with stage I, n·SNR² ≤ 1", source, weak.mean(by_seed), high=0.01
            ),
            of_seeds(
                "fraction of runs with stage I, n·SNR² ≥ 8, τ = 0.2, small initial network",
                source,
                strong.sel(flip_rate=0.2, column=[SMALL, LARGE]).mean(("column", "n_snr2")),
                LIKELY,
            ),
        ]
        for name in (SMALL, LARGE):
            rises = Claim.of_seeds(
                f"log of the n·SNR² at which stage I appears, τ = 0.3 over τ = 0.1, {name}",
                "ours: log 2 of 1/(1 − 2τ), ± a half of it",
                rise.sel(column=name),
                np.log(2) / 2,
                np.log(2) * 3 / 2,
            )
            claims.append(rises)
        return [*claims, none_diverged(data)]


def first_step(axes: Axes) -> None:
    """Lines of equal n·SNR² (1 − 2τ), labelled near the bottom."""
    rates = np.linspace(0, 0.49, 200)
    for level in LEVELS:
        line(axes, level / (1 - 2 * rates), rates)
        label = axes.annotate(
            f"{level:g}", (level / 0.8, 0.1), color="white", fontsize=7, ha="center", va="center"
        )
        label.set_path_effects([withStroke(linewidth=2.2, foreground="0.15")])


def critical(exists: xr.DataArray) -> xr.DataArray:
    """The n·SNR² from which on a seed has stage I: the middle (in the logarithm) of the last cell
    without and the next.

    NaN where it has none at the strongest signal.
    """
    grid = xr.ufuncs.log(exists["n_snr2"])
    lacking = grid.where(exists == 0).max("n_snr2")
    step = float(grid[1] - grid[0])
    return xr.ufuncs.exp(lacking + step / 2).where(exists.isel(n_snr2=-1, drop=True) > 0)
