"""Appendix E.4 of paper A: higher powers of the ReLU."""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress
from sigspike.papers.low_snr.setting import compare, gain, side_by_side, with_ratio
from sigspike.plots.style import panels

SETTINGS = {  # power: n, ‖μ‖, η
    3: (200, 2.0, 0.5),
    4: (50, 5.0, 0.1),
}


class Powers(Figure):
    """q = 3: n = 200, ‖μ‖ = 2, η = 0.5; q = 4: n = 50, ‖μ‖ = 5, η = 0.1; σ_p = 0.5, d = 2000, m = 20, p = 0.1.

    σ_0 = 0.02 and 4000 steps are our choice. The start matters: from σ_0 = 0.01 label noise takes twice as long to find
    the signal at q = 3, and from σ_0 = 0.05 most of its runs diverge at q = 4.
    """

    name: ClassVar[str] = "powers"
    caption: ClassVar[str] = (
        "Activations max(0, z)^q: memorisation against signal (max ρ̄ / max γ), training loss and test accuracy of "
        "gradient descent and label-noise gradient descent; median and 10–90 % band over seeds."
    )

    @property
    def n_seeds(self) -> int:
        return 20 if self.scale == "paper" else 4

    def experiment(self, power: int) -> ss.Experiment:
        n_samples, strength, rate = SETTINGS[power]
        return ss.Experiment(
            problem=ss.SignalNoise(dim=2000, signal_strength=strength, noise_std=0.5),
            network=ss.PatchCNN(width=20, power=power, init_std=0.02),
            algorithm=ss.LabelNoiseGD(rate),
            n_samples=n_samples,
            n_steps=4000,
            record_every=80,
            n_test=2000,
            measure="summary",
        )

    def settings(self) -> dict[str, Any]:
        return {"experiments": [ss.describe(self.experiment(power)) for power in SETTINGS], "n_seeds": self.n_seeds}

    def compute(self, progress: Progress) -> xr.Dataset:
        runs: list[xr.Dataset] = []
        for power in SETTINGS:
            done = len(runs)
            told = lambda k, n, done=done: progress(done * n + k, len(SETTINGS) * n)  # noqa: E731
            runs.append(
                compare(self.experiment(power), {}, self.n_seeds, told).drop_vars(["snr", "n_snr2"], errors="ignore")
            )
        data = xr.concat(runs, "power", join="exact", combine_attrs="override").assign_coords(power=list(SETTINGS))
        return with_ratio(data)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(len(SETTINGS), 3, height=2.0)
        for row, (power, (n, strength, rate)) in zip(rows, SETTINGS.items(), strict=True):
            side_by_side(row, data.sel(power=power))
            row[0].set_title(f"q = {power}: n = {n}, ‖μ‖ = {strength:g}, η = {rate:g}", loc="left")
            row[2].set_ylim(0.45, 1.03)
        rows[0][1].legend(loc="upper right", bbox_to_anchor=(1, 0.72))
        for axes in rows[-1]:
            axes.set_xlabel("gradient step")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        found = []
        for power in SETTINGS:
            run, at = data.sel(power=power), f" (q = {power})"
            end, source = run.isel(time=-1), "A, appendix E.4"
            plain, noisy = end.sel(algorithm="GD"), end.sel(algorithm="label-noise GD")
            found += [
                Claim.of_seeds("GD: final test error" + at, source, plain["test_error"], low=0.24),
                Claim.of_seeds("GD: final training loss" + at, source, plain["train_loss"], high=0.01),
                Claim.of_seeds("GD's test error minus label-noise GD's" + at, source, gain(run), low=0.3),
                Claim.of_seeds(
                    "log₁₀ of GD's ρ̄/γ over label-noise GD's" + at, source, np.log10(plain["ratio"] / noisy["ratio"]), 1
                ),
            ]
        diverged = float((data["diverged_at"] >= 0).mean())
        return [*found, Claim("powers: fraction of runs that diverged", "ours", diverged, 0, high=0)]
