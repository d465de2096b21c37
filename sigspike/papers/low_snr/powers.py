"""Higher powers of the ReLU.

Huang et al. 2025, appendix E.4 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import FLIP_RATE, compare, gain, side_by_side, synthetic, with_ratio
from sigspike.plots.style import panels

SETTINGS = {  # power: n, ‖μ‖, η
    3: (200, 2.0, 0.5),
    4: (50, 5.0, 0.1),
}


class Powers(Figure):
    """q = 3: n = 200, ‖μ‖ = 2, η = 0.5; q = 4: n = 50, ‖μ‖ = 5, η = 0.1; σ_p = 0.5, d = 2000, m =
    20, p = 0.1.

    σ_0 = 0.02 and 4000 steps are our choice. The start matters: from σ_0 = 0.01 label noise takes
    twice as long to find the signal at q = 3, and from σ_0 = 0.05 most of its runs diverge at q =
    4.
    """

    name: ClassVar[str] = "powers"
    caption: ClassVar[str] = (
        "Activations max(0, z)^q: memorisation against signal (max ρ̄ / max γ), "
        "training loss and test accuracy of "
        "gradient descent and label-noise gradient descent; median and 10–90 % band over seeds."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 4)

    def experiment(self) -> ss.Experiment:
        """What both have in common; n, ‖μ‖ and η come with the power."""
        experiment = synthetic(n_samples=200, n_steps=4000, record_every=80)
        return ss.put(experiment, "network.init_std", 0.02)

    def axis(self) -> ss.Linked:
        """Everything that moves with the power."""
        n_samples, strength, rate = zip(*SETTINGS.values(), strict=True)
        own = {"problem.signal_strength": strength, "algorithm.learning_rate": rate}
        shapes = {"network.activation.power": tuple(SETTINGS), "n_samples": n_samples}
        return ss.Linked(shapes | own)

    def settings(self) -> Settings:
        facts = {
            "experiment": ss.describe(self.experiment()),
            "axes": {"power": dict(self.axis().fields)},
        }
        return facts | {"flip_rate": FLIP_RATE, "n_seeds": self.n_seeds}

    def compute(self, progress: Progress) -> xr.Dataset:
        return with_ratio(
            compare(self.experiment(), {"power": self.axis()}, self.n_seeds, progress)
        )

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
        claims = []
        for power in SETTINGS:
            run, suffix = data.sel(power=power), f" (q = {power})"
            end, source = run.isel(time=-1), "Huang et al. 2025, appendix E.4"
            plain, noisy = end.sel(algorithm="GD"), end.sel(algorithm="label-noise GD")
            claims += [
                Claim.of_seeds(
                    "GD: final test error" + suffix, source, plain["test_error"], low=0.24
                ),
                Claim.of_seeds(
                    "GD: final training loss" + suffix, source, plain["train_loss"], high=0.01
                ),
                Claim.of_seeds(
                    "GD's test error minus label-noise GD's" + suffix, source, gain(run), low=0.3
                ),
                Claim.of_seeds(
                    "log₁₀ of GD's ρ̄/γ over label-noise GD's" + suffix,
                    source,
                    np.log10(plain["ratio"] / noisy["ratio"]),
                    1,
                ),
            ]
        diverged = float((data["diverged_at"] >= 0).mean())
        return [
            *claims,
            Claim("powers: fraction of runs that diverged", "ours", diverged, 0, high=0),
        ]
