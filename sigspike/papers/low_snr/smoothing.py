"""Label smoothing in place of flips, and all algorithms after equal numbers of steps.

A question of the reviewers of Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.low_snr.cells import NOISY, PLAIN
from sigspike.papers.synthetic import COLORS, FLIP_RATE, compare, synthetic, with_ratio
from sigspike.plots.curves import curve, level, log_scale
from sigspike.plots.style import panels

SMOOTH = "label smoothing"
SHOWN = COLORS | {SMOOTH: "#009E73"}
TABLE = (500, 1000, 2000, 5000, 10000)
MARGIN = np.log((1 - FLIP_RATE) / FLIP_RATE)


class Smoothing(Figure):
    """n = 200, d = 2000, m = 20, ‖μ‖ = 2, σ_p = 0.5, η = 1, p = 0.1, α = 2p; 10 000 steps (quick:
    2000).
    """

    name: ClassVar[str] = "smoothing"
    caption: ClassVar[str] = (
        "GD, label-noise GD (p = 0.1) and label smoothing at α = 2p, whose gradient is the "
        "expected one of the flips, after equal numbers of steps (ticks: where the claims compare "
        "them); median and 10–90 % band over seeds. Smoothing settles at the same mean margin "
        "log((1−p)/p) (dotted) as flips do, but stays there: without the fluctuations nothing "
        "unlearns the noise, and no number of steps makes it, or GD, generalise."
    )
    seeds: ClassVar[tuple[int, int]] = (10, 4)

    @property
    def table(self) -> tuple[int, ...]:
        """The numbers of steps at which the algorithms are compared."""
        return tuple(step for step in TABLE if self.scale == "paper" or step <= 2000)

    def experiment(self) -> ss.Experiment:
        moments = sorted({*ss.log_spaced(self.table[-1], 40), *self.table})
        return synthetic(n_samples=200, n_steps=self.table[-1], record_at=tuple(moments))

    def settings(self) -> Settings:
        described = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        return described | {
            "smoothing": ss.describe(self._smoothing()),
            "compared_at": list(self.table),
        }

    def _smoothing(self) -> ss.Algorithm:
        return ss.LabelSmoothing(learning_rate=1.0, alpha=2 * FLIP_RATE)

    def compute(self, progress: Progress) -> xr.Dataset:
        flips = compare(self.experiment(), {}, self.n_seeds, lambda k, n: progress(k, n * 3 // 2))
        smooth = ss.put(self.experiment(), "algorithm", self._smoothing())
        smoothed = ss.sweep(
            smooth, {}, self.n_seeds, progress=lambda k, n: progress(2 * n + k, 3 * n)
        )
        return with_ratio(xr.concat([flips, smoothed.assign_coords(algorithm=SMOOTH)], "algorithm"))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.3)
        data = data.sel(time=slice(1, None))
        for name, color in SHOWN.items():
            run = data.sel(algorithm=name)
            curve(row[0], 1 - run["test_error"], color, name)
            curve(row[1], run["ratio"], color)
            curve(row[2], run["margin_mean"].sel(kind="clean"), color)
        row[0].set(ylabel="test accuracy", ylim=(0.45, 1.03))
        row[0].legend(loc="upper left")
        log_scale(row[1], "max ρ̄ / max γ")
        row[2].set_ylabel("mean margin y·f")
        level(row[2], float(MARGIN), "log((1−p)/p)")
        for axes in row:
            axes.set(xscale="log", xlabel="gradient step")
        row[0].plot(
            self.table,
            [0.02] * len(self.table),
            "|",
            color="0.2",
            transform=row[0].get_xaxis_transform(),
        )
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        of_seeds = Claim.of_seeds
        error = data["test_error"].sel(time=list(self.table))
        plain, noisy, smooth = (
            error.sel(algorithm=name, drop=True) for name in (PLAIN, NOISY, SMOOTH)
        )
        settled = data["margin_mean"].sel(kind="clean", algorithm=SMOOTH).isel(time=-1)
        slope = smooth.isel(time=-1) - smooth.sel(time=1000)
        return [
            *(claim for step in self.table[1:] for claim in _behind(plain, noisy, smooth, step)),
            of_seeds(
                "label-noise GD: test error after 500 steps, not yet",
                "Huang et al. 2025, Theorem 3.3",
                noisy.sel(time=500),
                0.05,
            ),
            of_seeds(
                "label smoothing minus GD, test error in the end",
                "ours",
                (smooth - plain).isel(time=-1),
                -0.05,
                0.05,
            ),
            of_seeds(
                "label smoothing: test error in the end minus after 1000 steps",
                "ours",
                slope,
                -0.02,
                0.02,
            ),
            of_seeds(
                "label smoothing: mean margin → log((1−p)/p)",
                "its minimiser",
                settled,
                0.99 * MARGIN,
                1.01 * MARGIN,
            ),
        ]


def _behind(
    plain: xr.DataArray, noisy: xr.DataArray, smooth: xr.DataArray, step: int
) -> list[Claim]:
    """Gradient descent and label smoothing are behind label noise after as many steps."""
    text = f"test error minus label-noise GD's, both after {step} steps"
    reviewer = "Huang et al. 2025, reviewer: equal numbers of steps"
    dynamics = "Huang et al. 2025, rebuttal: equal in expectation, not in dynamics"
    return [
        Claim.of_seeds(f"GD's {text}", reviewer, (plain - noisy).sel(time=step), low=0.3),
        Claim.of_seeds(f"{SMOOTH}'s {text}", dynamics, (smooth - noisy).sel(time=step), low=0.3),
    ]
