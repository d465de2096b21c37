"""A search over learning rates rescues label-noise gradient descent, not the plain one.

From the rebuttal of Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.held_out import held_out
from sigspike.papers.low_snr.cells import NOISY, PLAIN, compare_cells, step_size
from sigspike.papers.low_snr.drawing import curve_along, mark_diverged
from sigspike.papers.synthetic import COLORS, synthetic
from sigspike.plots.curves import curve
from sigspike.plots.style import panels

RATES = [0.01, 0.05, 0.1, 0.5, 1.0]  # the rebuttal's search
WIDTH, NOISE_STD, STEPS = 10, 2.0, 2000


class LearningRate(Figure):
    """m = 10, σ_p = 2, ‖μ‖ = 2, n = 200, d = 2000, p = 0.1, 2000 steps, η = 0.01 … 1; σ_0 = 0.01 is
    ours.
    """

    name: ClassVar[str] = "learning-rate"
    caption: ClassVar[str] = (
        "A search over η at m = 10, σ_p = 2, ‖μ‖ = 2 (n = 200, d = 2000, p = 0.1); median and "
        "10–90 % band over seeds. Left: test accuracy after 2000 steps; dotted, a = ησ_p²d/(nm) = "
        "1: below it label noise is slow, above it steps on flipped labels overshoot, and at a = "
        "4 every run of label-noise GD diverges (cross). GD memorises at every η. Right: over "
        "time, each at the η that the other half of the seeds finds best after 2000 steps: no "
        "seed chooses for itself."
    )
    seeds: ClassVar[tuple[int, int]] = (10, 4)

    @property
    def rates(self) -> list[float]:
        return sorted([*RATES, 0.02, 0.2]) if self.scale == "paper" else RATES

    def experiment(self) -> ss.Experiment:
        experiment = synthetic(n_samples=200, n_steps=STEPS, record_every=100)
        return ss.put(ss.put(experiment, "network.width", WIDTH), "problem.noise_std", NOISE_STD)

    def settings(self) -> Settings:
        return {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "learning_rates": self.rates,
        }

    def compute(self, progress: Progress) -> xr.Dataset:
        """Along ``learning_rate``, and ``chosen_error``: each seed at the rate that the others
        choose.
        """
        data = compare_cells(
            self.experiment(),
            [{"learning_rate": rate} for rate in self.rates],
            self.n_seeds,
            progress,
        )
        data = data.swap_dims(cell="learning_rate").drop_vars("cell")
        errors = [data["test_error"].sel(algorithm=name) for name in COLORS]
        chosen = [held_out(error, "learning_rate", best_rate) for error in errors]
        return data.assign(chosen_error=xr.concat(chosen, "algorithm"))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 2, height=2.3)
        for (name, color), height in zip(COLORS.items(), (0.12, 0.04), strict=True):
            runs = data.sel(algorithm=name)
            end = runs.isel(time=-1)
            curve_along(
                row[0], end["test_error"], "learning_rate", color, name, marker="o", markersize=3
            )
            mark_diverged(row[0], end["diverged_at"], "learning_rate", color, height)
            curve(row[1], 1 - runs["chosen_error"], color)
        row[0].axvline(1 / self._a(1.0), color="0.35", linewidth=0.8, linestyle=":")
        row[0].set(
            xscale="log", xlabel="learning rate η", ylabel=f"test accuracy after {STEPS} steps"
        )
        row[0].legend(loc="upper left")
        row[1].set(xlabel="gradient step", title="best η, chosen on other seeds")
        row[0].set_title("search over η")
        for axes in row:
            axes.set_ylim(0.4, 1.03)
        return figure

    def _a(self, rate: float) -> float:
        return step_size(rate, NOISE_STD, 2000, 200, WIDTH)

    def claims(self, data: xr.Dataset) -> list[Claim]:
        of_seeds, rebuttal = Claim.of_seeds, "Huang et al. 2025, rebuttal"
        end = data["test_error"].isel(time=-1)
        noisy, plain = end.sel(algorithm=NOISY), end.sel(algorithm=PLAIN)
        best = data["chosen_error"].isel(time=-1)
        chosen = "at its best η (chosen on other seeds)"
        overshot = (
            f"label-noise GD: test error at η = 0.5 (a = {self._a(0.5):.0f}), finite but hurt"
        )
        return [
            of_seeds(
                "label-noise GD: test error at η = 0.1",
                rebuttal,
                noisy.sel(learning_rate=0.1),
                high=0.02,
            ),
            of_seeds(
                "GD: least test error over η, seed by seed",
                rebuttal,
                plain.min("learning_rate"),
                low=0.24,
            ),
            of_seeds(
                f"label-noise GD: test error {chosen}",
                rebuttal,
                best.sel(algorithm=NOISY),
                high=0.02,
            ),
            of_seeds(f"GD: test error {chosen}", rebuttal, best.sel(algorithm=PLAIN), low=0.24),
            of_seeds(
                "label-noise GD: test error at η = 0.01 (time ∝ 1/η)",
                "Huang et al. 2025, Theorem 3.3",
                noisy.sel(learning_rate=0.01),
                low=0.4,
            ),
            of_seeds(overshot, "ours", noisy.sel(learning_rate=0.5), 0.1, 0.45),
            *self._label_noise_diverges((data["diverged_at"].isel(time=-1) >= 0).mean("seed")),
        ]

    def _label_noise_diverges(self, lost: xr.DataArray) -> list[Claim]:
        """At η = 1, where gradient descent does not."""
        return [
            Claim(
                f"label-noise GD: fraction of runs that diverged at η = 1 (a = {self._a(1.0):.0f})",
                "ours: outside η ≤ σ_p⁻² d⁻¹ / (C log(d/δ))",
                float(lost.sel(algorithm=NOISY, learning_rate=1.0)),
                0,
                low=0.9,
            ),
            Claim(
                "GD: fraction of runs that diverged",
                "ours",
                float(lost.sel(algorithm=PLAIN).mean()),
                0,
                high=0,
            ),
        ]


def best_rate(error: xr.DataArray) -> xr.DataArray:
    """The η with the lowest mean error over seeds in the end; a diverged run counts as chance."""
    return error.isel(time=-1, drop=True).fillna(0.5).mean("seed").idxmin("learning_rate")
