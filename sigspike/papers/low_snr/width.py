"""A narrow network, where gradient descent succeeds and too large a step ruins label noise.

A question of the reviewers of Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.low_snr.cells import NOISY, PLAIN, compare_cells, step_size
from sigspike.papers.low_snr.drawing import curve_along, mark_diverged
from sigspike.papers.synthetic import COLORS, synthetic
from sigspike.plots.curves import curve
from sigspike.plots.style import panels

STEPS, HORIZON = 2000, 200.0  # T of panels 1 and 2; ηT of panel 2
NARROW = 3
REVIEWER = {"noise_std": 2.0, "init_std": 0.001}  # panel 2
REBUTTAL = {"noise_std": 10.0, "learning_rate": 0.002}  # panel 3
GAIN, SETTING = "accuracy of label-noise GD minus GD's", "m = 3, σ_p = 2"


class Width(Figure):
    """n = 200, d = 2000, ‖μ‖ = 2, p = 0.1. (1) m = 1 … 50, σ_p = 0.5, η = 1, 2000 steps. (2) m = 3,
    σ_p = 2, over η. (3) m = 3, σ_p = 10, η = 0.002, over time.

    σ_0 is not stated. In panel 2 it is 0.001: gradient descent at η = 1 survives there as the
    reviewer saw it, while at 0.01, as everywhere else here, it diverges as well (a claim counts
    both).
    """

    name: ClassVar[str] = "width"
    caption: ClassVar[str] = (
        "What the reviewers found at m = 3 filters of each sign, and why; median and 10–90 % band "
        "over seeds, chance is 0.5. Left: a narrow network does not memorise, and GD generalises "
        "too; label noise needs time ∝ m, and at m = 1 its steps of relative size a = ησ_p²d/(nm) "
        "= 2.5 are too large. Middle: σ_p = 2, where η = 1 makes a = 13: a step on a flipped "
        "label overshoots by as much, the loss grows without bound, and label-noise GD diverges "
        "(crosses: runs that diverged, as a share of all, at the foot). From a ≈ 3 to 1 it stays "
        "finite but keeps the noise that its first overshoots wrote; below (dotted: a = 1) it "
        "beats GD. Solid: after 2000 steps; dashed: at equal ηT = 200. A run stays near chance "
        "where all filters of a class start on the wrong side of μ. Right: σ_p = 10, η = 0.002 (a "
        "= 0.7)."
    )
    seeds: ClassVar[tuple[int, int]] = (10, 5)

    @property
    def rates(self) -> list[float]:
        return [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0] if self.scale == "paper" else [0.05, 0.2, 1.0]

    @property
    def widths(self) -> list[int]:
        return [1, 2, 3, 5, 8, 12, 20, 30, 50] if self.scale == "paper" else [1, 3, 8, 20]

    def wide(self) -> ss.Experiment:
        """Panel 1."""
        return synthetic(n_samples=200, n_steps=STEPS, record_at=(STEPS,))

    def narrow(self) -> ss.Experiment:
        """Panels 2 and 3: long enough for ηT = 200 at the smallest η, and for panel 3."""
        last = max(6000, round(HORIZON / min(self.rates)))
        moments = {STEPS, *(round(HORIZON / rate) for rate in self.rates), *ss.log_spaced(last, 30)}
        return ss.put(
            synthetic(n_samples=200, n_steps=last, record_at=tuple(sorted(moments))),
            "network.width",
            NARROW,
        )

    def settings(self) -> Settings:
        described = {"wide": ss.describe(self.wide()), "narrow": ss.describe(self.narrow())}
        facts = {"n_seeds": self.n_seeds, "widths": self.widths, "learning_rates": self.rates}
        return described | facts | {"reviewer": REVIEWER, "rebuttal": REBUTTAL}

    def compute(self, progress: Progress) -> xr.Dataset:
        """``width_…``: panel 1 along ``width``; ``rate_…``: panel 2 along ``learning_rate``;
        ``low_snr_…``: panel 3.
        """
        reviewers = [REVIEWER | {"learning_rate": rate} for rate in self.rates]
        default = {"noise_std": 2.0, "learning_rate": 1.0}
        half = [lambda k, n, part=part: progress(part * n + k, 2 * n) for part in range(2)]
        wide = compare_cells(
            self.wide(), [{"width": width} for width in self.widths], self.n_seeds, half[0]
        )
        narrow = compare_cells(
            self.narrow(), [*reviewers, default, REBUTTAL], self.n_seeds, half[1]
        )
        wide = wide.isel(time=0).swap_dims(cell="width")
        rate = narrow.isel(cell=slice(len(reviewers))).swap_dims(cell="learning_rate")
        parts = {
            "width": wide,
            "rate": rate,
            "default": narrow.isel(cell=-2),
            "low_snr": narrow.isel(cell=-1),
        }
        kept = ("test_error", "train_loss", "diverged_at")
        named = {
            f"{name}_{field}": part[field].reset_coords(drop=True)
            for name, part in parts.items()
            for field in kept
        }
        return xr.Dataset(named)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.35)
        for (name, color), height in zip(COLORS.items(), (0.12, 0.04), strict=True):
            runs = data.sel(algorithm=name)
            curve_along(
                row[0], runs["width_test_error"], "width", color, name, marker="o", markersize=2.5
            )
            at_end, at_horizon = self._ends(runs)
            curve_along(row[1], at_end, "learning_rate", color, marker="o", markersize=2.5)
            middle = 1 - at_horizon.median("seed")
            row[1].plot(middle["learning_rate"], middle, color=color, linestyle="--", linewidth=0.9)
            mark_diverged(
                row[1], runs["rate_diverged_at"].isel(time=-1), "learning_rate", color, height
            )
            curve(row[2], 1 - runs["low_snr_test_error"].sel(time=slice(1, None)), color, name)
        row[0].set(xlabel="filters of each sign m", ylabel="test accuracy", title="σₚ = 0.5, η = 1")
        row[1].set(xlabel="learning rate η", title="m = 3, σₚ = 2")
        row[2].set(xlabel="gradient step", title="m = 3, σₚ = 10, η = 0.002", ylim=(0.45, 0.75))
        for axes in row:
            axes.set_xscale("log")
        for axes in row[:2]:
            axes.set_ylim(0.3, 1.03)
        row[0].set_xticks([1, 3, 10, 30], labels=["1", "3", "10", "30"])
        row[0].legend(loc="lower left")
        row[1].axvline(1 / self._a(1.0), color="0.35", linewidth=0.8, linestyle=":")
        return figure

    def _a(self, rate: float) -> float:
        return step_size(rate, REVIEWER["noise_std"], 2000, 200, NARROW)

    def _ends(self, data: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
        """Test errors after 2000 steps, and at ηT = 200."""
        error = data["rate_test_error"]
        steps = xr.DataArray([round(HORIZON / rate) for rate in self.rates], dims="learning_rate")
        return error.sel(time=STEPS), error.sel(time=steps)

    def claims(self, data: xr.Dataset) -> list[Claim]:
        return [
            *_narrow_generalises(data["width_test_error"]),
            *self._large_steps_diverge(data),
            *self._smaller_steps_help(data),
        ]

    def _large_steps_diverge(self, data: xr.Dataset) -> list[Claim]:
        """Panel 2 at η = 1."""
        reviewer = "Huang et al. 2025, reviewer"
        lost = (data["rate_diverged_at"].isel(time=-1) >= 0).mean("seed").sel(learning_rate=1.0)
        lost_default = (
            (data["default_diverged_at"].isel(time=-1) >= 0).mean("seed").sel(algorithm=PLAIN)
        )
        error, _ = self._ends(data)
        alive = error.sel(algorithm=PLAIN, learning_rate=1.0).dropna("seed")
        return [
            Claim(
                f"label-noise GD, {SETTING}, η = 1 (a = {self._a(1.0):.1f}): "
                "fraction of runs that diverged",
                reviewer,
                float(lost.sel(algorithm=NOISY)),
                0,
                low=0.9,
            ),
            Claim.of_seeds(
                f"GD, {SETTING}, η = 1, σ_0 = 0.001: test error of the finite runs",
                reviewer,
                alive,
                high=0.4,
            ),
            Claim(
                "GD, the same: fraction of runs that diverged",
                reviewer,
                float(lost.sel(algorithm=PLAIN)),
                0,
                0,
                0.5,
            ),
            Claim(
                "GD, the same at σ_0 = 0.01: fraction of runs that diverged",
                "ours: outside η ≤ σ_p⁻² d⁻¹ / (C log(d/δ))",
                float(lost_default),
                0,
                low=0.5,
            ),
        ]

    def _smaller_steps_help(self, data: xr.Dataset) -> list[Claim]:
        """Panel 2 below η = 1, and panel 3."""
        rebuttal = "Huang et al. 2025, rebuttal"
        error, _ = self._ends(data)
        large, small = self._a(0.2), self._a(0.05)
        return [
            Claim.of_seeds(
                f"{GAIN}, {SETTING}, η = 0.2 (a = {large:.1f})",
                "ours",
                _ahead(error.sel(learning_rate=0.2)),
                high=-0.1,
            ),
            Claim.of_seeds(
                f"{GAIN}, {SETTING}, η = 0.05 (a = {small:.2f})",
                rebuttal,
                _ahead(error.sel(learning_rate=0.05)),
                0,
            ),
            Claim.of_seeds(
                f"{GAIN}, m = 3, σ_p = 10, η = 0.002, at the last step",
                rebuttal,
                _ahead(data["low_snr_test_error"].isel(time=-1)),
                0.02,
            ),
        ]


def _narrow_generalises(error: xr.DataArray) -> list[Claim]:
    """Panel 1: at m = 3 gradient descent does too, at m = 20 it does not."""
    narrow = error.sel(width=3)
    stuck = (
        "GD, m = 3: fraction of runs stuck, as all filters of a class start on the wrong side of μ"
    )
    return [
        Claim(
            "GD: median test error, m = 3",
            "Huang et al. 2025, reviewer",
            float(narrow.sel(algorithm=PLAIN).median()),
            0,
            high=0.02,
        ),
        Claim(
            "label-noise GD: the same",
            "ours",
            float(narrow.sel(algorithm=NOISY).median()),
            0,
            high=0.02,
        ),
        Claim.of_seeds(
            stuck,
            "ours: 2·2⁻³ if no step crosses zero",
            narrow.sel(algorithm=PLAIN) > 0.25,
            high=0.5,
        ),
        Claim.of_seeds(
            "GD: test error, m = 20",
            "Huang et al. 2025, Theorem 3.2",
            error.sel(algorithm=PLAIN, width=20),
            low=0.24,
        ),
        Claim.of_seeds(
            "label-noise GD: test error, m = 20",
            "Huang et al. 2025, Fig. 2",
            error.sel(algorithm=NOISY, width=20),
            high=0.02,
        ),
        Claim.of_seeds(
            f"{GAIN}, m = 1 (a = 2.5)",
            "ours: too large a step",
            _ahead(error.sel(width=1)),
            high=-0.15,
        ),
    ]


def _ahead(error: xr.DataArray) -> xr.DataArray:
    """Label-noise GD's accuracy minus GD's, seed by seed."""
    return error.sel(algorithm=PLAIN) - error.sel(algorithm=NOISY)
