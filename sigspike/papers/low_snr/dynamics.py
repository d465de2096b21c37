"""Gradient descent memorises noise, label-noise gradient descent learns the signal.

Huang et al. 2025, figure 2 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import FLIP_RATE, compare, side_by_side, synthetic, with_ratio
from sigspike.plots.curves import level
from sigspike.plots.style import panels

END = {1.0: 2000, 0.5: 4000}  # learning rate: steps shown
ENTROPY = -FLIP_RATE * np.log(FLIP_RATE) - (1 - FLIP_RATE) * np.log(1 - FLIP_RATE)
MARGIN = np.log((1 - FLIP_RATE) / FLIP_RATE)


class Dynamics(Figure):
    """n = 200, d = 2000, m = 20, ‖μ‖ = 2, σ_p = 0.5, p = 0.1; η = 1 as in the authors' code, and η
    = 0.5 as printed.
    """

    name: ClassVar[str] = "fig2"
    caption: ClassVar[str] = (
        "Memorisation against signal (max ρ̄ / max γ), training loss and test accuracy of "
        "gradient descent and label-noise gradient descent; median and 10–90 % band over seeds. "
        "Dotted: levels that theory predicts."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 3)

    def experiment(self) -> ss.Experiment:
        return synthetic(
            n_samples=200,
            n_steps=max(END.values()),
            record_every=40 if self.scale == "paper" else 80,
        )

    def settings(self) -> Settings:
        shown = {f"η = {rate}": steps for rate, steps in END.items()}
        return {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "steps_shown": shown,
        }

    def compute(self, progress: Progress) -> xr.Dataset:
        axes = {"algorithm.learning_rate": list(END)}
        return with_ratio(compare(self.experiment(), axes, self.n_seeds, progress))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(len(END), 3, height=2.0)
        for row, (rate, end) in zip(rows, END.items(), strict=True):
            side_by_side(row, data.sel(learning_rate=rate, time=slice(0, end)))
            row[0].set_title(f"η = {rate:g}", loc="left")
            row[0].set_ylim(0.2, 100)
            row[2].set_ylim(0.45, 1.03)
            level(row[1], -np.log(1 - FLIP_RATE), "−log(1−p)")
        rows[0][1].legend(loc="upper right", bbox_to_anchor=(1, 0.66))
        for axes in rows[-1]:
            axes.set_xlabel("gradient step")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        return [
            claim
            for rate, end in END.items()
            for claim in self._claims(data.sel(learning_rate=rate, time=slice(0, end)), rate)
        ]

    def _claims(self, data: xr.Dataset, rate: float) -> list[Claim]:
        """The claims of one row; "settles" is the mean over the last tenth of the steps."""
        end = data.isel(time=-1)
        tail = data.sel(time=slice(0.9 * float(data["time"][-1]), None)).mean("time")
        plain, noisy = end.sel(algorithm="GD"), end.sel(algorithm="label-noise GD")
        suffix = f" (η = {rate:g})"
        return [
            *_memorises(plain, suffix),
            *_learns(noisy, tail.sel(algorithm="label-noise GD"), suffix),
            Claim.of_seeds(
                "log₁₀ of GD's ρ̄/γ over label-noise GD's" + suffix,
                "Huang et al. 2025, Fig. 2",
                np.log10(plain["ratio"] / noisy["ratio"]),
                low=1,
            ),
        ]


def _memorises(end: xr.Dataset, suffix: str) -> list[Claim]:
    """Gradient descent fits the training set by noise, and does not generalise."""
    source = "Huang et al. 2025, Theorem 3.2, Fig. 2"
    return [
        Claim.of_seeds("GD: final test error" + suffix, source, end["test_error"], low=0.24),
        Claim.of_seeds("GD: final training loss" + suffix, source, end["train_loss"], high=0.01),
        Claim.of_seeds(
            "GD: max ρ̄ / max γ" + suffix, "Huang et al. 2025, Fig. 2", end["ratio"], low=10
        ),
    ]


def _learns(end: xr.Dataset, settled: xr.Dataset, suffix: str) -> list[Claim]:
    """Label-noise gradient descent generalises, and settles where ι has no drift."""
    name, drift = "label-noise GD: ", "zero drift of ι"
    return [
        Claim.of_seeds(
            name + "final test error" + suffix,
            "Huang et al. 2025, Theorem 3.3, Fig. 2",
            end["test_error"],
            high=0.02,
        ),
        Claim.of_seeds(
            name + "training loss stays Θ(1)" + suffix,
            "Huang et al. 2025, Theorem 3.3",
            settled["train_loss"],
            0.05,
            0.7,
        ),
        Claim.of_seeds(
            name + "loss on the step's labels → H(p)" + suffix,
            drift,
            settled["step_loss"],
            *near(ENTROPY),
        ),
        Claim.of_seeds(
            name + "mean margin y·f → log((1−p)/p)" + suffix,
            drift,
            settled["margin_mean"].sel(kind="clean"),
            *near(MARGIN),
        ),
    ]


def near(value: float) -> tuple[float, float]:
    """Within 10 %."""
    return 0.9 * value, 1.1 * value
