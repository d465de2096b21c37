"""Several noise patches, and flip rates that differ between the classes.

Beyond the theorems of Han et al. 2025 (arXiv 2505.18909).
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.two_stages.drawing import boundary, log_time
from sigspike.papers.two_stages.setting import (
    D_TEST,
    STAGE_ONE,
    STAGE_TWO,
    Cell,
    Runs,
    excess,
)
from sigspike.plots.curves import curve, log_scale
from sigspike.plots.style import COLORS, panels

CELLS = {
    "n·SNR² = 8": Cell(0.2, 0.2),
    "n·SNR² = 16": Cell(0.2, 0.2, n_snr2=16),
    "n·SNR² = 32": Cell(0.2, 0.2, n_snr2=32),
    "τ₊ = 0.3, τ₋ = 0.1": Cell(0.3, 0.1),
}
EVEN = list(CELLS)[:3]
UNEVEN = "τ₊ = 0.3, τ₋ = 0.1"


class Extensions(Runs):
    """P = 1, 2 (and 4) noise patches × n·SNR² = 8, 16, 32 of one of them, τ = 0.2; and τ₊ = 0.3, τ₋
    = 0.1.
    """

    name: ClassVar[str] = "extensions"
    caption: ClassVar[str] = (
        "Left: accuracy on D_test with P noise patches, n·SNR² = 8 P, so that the signal is as "
        "strong beside all of the noise (τ = 0.2). Middle: the fraction of seeds that pass "
        "through stage I, against n·SNR² / P. Right: unequal flip rates, τ₊ = 0.3 and τ₋ = 0.1, P "
        "= 1: mean γ of each class, and mean ρ̄ of the noisy samples that speak against it. "
        "Median and 10–90 % band over seeds; grey: the end of stage I."
    )

    @property
    def n_steps(self) -> int:
        return 1000

    def cells(self) -> dict[str, Cell]:
        return CELLS

    def patches(self) -> list[int]:
        """P."""
        return [1, 2, 4] if self.scale == "paper" else [1, 2]

    def looped(self) -> dict[str, Any]:
        return {"problem.test_noise": ["training"], "problem.n_noise_patches": self.patches()}

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.2)
        data = data.isel(test_noise=0)
        late = data.sel(time=slice(1, None))
        for patches, color, marker in zip(self.patches(), COLORS, "osD", strict=False):
            error = late["test_error"].sel(n_noise_patches=patches, cell=f"n·SNR² = {8 * patches}")
            curve(row[0], 1 - error, color, f"P = {patches}")
            reached = (
                data["stage_reached"]
                .sel(n_noise_patches=patches, stage="separated", cell=EVEN)
                .mean("seed")
            )
            strength = np.array([CELLS[name].n_snr2 for name in EVEN]) / patches
            row[1].plot(
                strength, reached, color=color, marker=marker, markersize=4, label=f"P = {patches}"
            )
        run = late.sel(n_noise_patches=1, cell=UNEVEN)
        for sign, color, name in ((1, COLORS[0], "+1"), (-1, COLORS[1], "−1")):
            curve(row[2], run["gamma_mean"].sel(sign=sign), color, f"γ of {name}")
            noise = run["rho_bar_mean"].sel(kind="flipped", sign=-sign)
            curve(row[2], noise, color, f"ρ̄ vs {name}", linestyle="--")
        log_time([row[0], row[2]], float(data["time"][-1]))
        boundary(row[2:], data.sel(n_noise_patches=1, cell=UNEVEN))
        log_scale(row[2], "mean coefficient")
        row[2].set_ylim(top=60)  # room for the legend
        row[0].set(ylabel=f"accuracy on {D_TEST}", ylim=(0.48, 1.03))
        row[1].set(
            xscale="log",
            xlabel="n·SNR² / P",
            ylabel="fraction of seeds with stage I",
            ylim=(-0.04, 1.06),
        )
        row[1].set_xticks([2, 4, 8, 16, 32], ["2", "4", "8", "16", "32"])
        row[1].minorticks_off()
        for axes, place in zip(row, ("lower left", "lower right", "upper left"), strict=True):
            axes.legend(loc=place, handlelength=1.6)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        of_seeds, data = Claim.of_seeds, data.isel(test_noise=0)
        reached = data["stage_reached"].sel(stage="separated")
        uneven = data.sel(cell=UNEVEN, n_noise_patches=1)
        error = uneven["test_error"].isel(time=-1)
        signal = uneven["gamma_mean"].isel(time=-1)
        claims = []
        for patches in self.patches():
            setting = {"n_noise_patches": patches, "cell": f"n·SNR² = {8 * patches}"}
            text = f"P = {patches}, n·SNR² = {8 * patches}: "
            claims += [
                of_seeds(
                    text + "runs with stage I", f"{STAGE_ONE}; P ours", reached.sel(setting), 0.9
                ),
                of_seeds(
                    text + "D_test error over half the share of flips",
                    f"{STAGE_TWO}; P ours",
                    excess(data.sel(setting)),
                    0.9,
                ),
            ]
        weak = reached.sel(n_noise_patches=2, cell="n·SNR² = 8")
        return [
            *claims,
            of_seeds(
                "P = 2, n·SNR² = 8: runs with stage I, the noise being twice as large",
                "ours",
                weak,
                high=0.75,
            ),
            of_seeds(
                f"{UNEVEN}: runs with stage I",
                STAGE_ONE,
                uneven["stage_reached"].sel(stage="separated"),
                0.8,
            ),
            of_seeds(f"{UNEVEN}: D_test error over min(τ₊, τ₋)/2", STAGE_TWO, error / (0.1 / 2), 1),
            of_seeds(
                f"{UNEVEN}: log of γ of class +1 over that of class −1",
                "ours: the class with more flips learns less signal",
                np.log(signal.sel(sign=1) / signal.sel(sign=-1)),
                high=0,
            ),
            none_diverged(data),
        ]
