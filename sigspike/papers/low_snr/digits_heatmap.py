"""Where label noise helps on digits, over the divisor of the pixels and the noise.

Huang et al. 2025, appendix E.2 (arXiv 2510.17526).
"""

from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.low_snr.image_figure import FLIP_RATE, image_experiment
from sigspike.papers.synthetic import COLORS, compare, gain, outperforms
from sigspike.papers.zero_or_one import in_words, most_tested, zero_or_one
from sigspike.plots.maps import hatch, heat
from sigspike.plots.style import panels


class DigitsHeatmap(Figure):
    """Pixels / 60 … 140 × σ_p = 4 … 8, 200 000 steps at η = 0.001; 3 000 at η = 0.01 at the quick
    scale.

    Three places along each axis: a coarse map, since a training takes 200 000 steps.
    """

    name: ClassVar[str] = "mnist-heatmap"
    caption: ClassVar[str] = (
        "Test accuracy at the last step over the divisor c of the pixels and the noise σ_p of the "
        "other patch, mean over seeds; hatched where a run diverged. The signal-to-noise ratio "
        "falls to the upper right."
    )
    slow: ClassVar[str] = "about 8 minutes on two cores at the paper's scale"
    seeds: ClassVar[tuple[int, int]] = (3, 2)

    def experiment(self) -> ss.Experiment:
        rate, n_steps = (0.001, 200_000) if self.scale == "paper" else (0.01, 3_000)
        folder = self.find("MNIST")
        return image_experiment(zero_or_one(folder), rate, n_steps, n_steps, most_tested(folder))

    def axes(self) -> dict[str, Any]:
        """The grid."""
        return {"problem.normalization": [60.0, 100.0, 140.0], "problem.noise_std": [4.0, 6.0, 8.0]}

    def settings(self) -> Settings:
        facts = {
            "experiment": ss.describe(self.experiment()),
            "images": in_words(self.find("MNIST")),
        }
        return facts | {"axes": self.axes(), "flip_rate": FLIP_RATE, "n_seeds": self.n_seeds}

    def text(self) -> str:
        return f"{in_words(self.find('MNIST'))}. {self.caption}"

    def compute(self, progress: Progress) -> xr.Dataset:
        return compare(
            self.experiment(), self.axes(), self.n_seeds, progress, FLIP_RATE, self.store
        ).isel(time=[-1])

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 2, height=2.6)
        end = data.isel(time=-1)
        accuracy = 1 - end["test_error"].mean("seed")
        for axes, name in zip(row, COLORS, strict=True):
            mesh = heat(
                axes, accuracy.sel(algorithm=name), "normalization", "noise_std", vmin=0.5, vmax=1.0
            )
            hatch(
                axes,
                (end["diverged_at"].sel(algorithm=name) >= 0).any("seed"),
                "normalization",
                "noise_std",
            )
            axes.set(
                title=name,
                xlabel="divisor of the pixels c",
                xticks=data["normalization"],
                yticks=data["noise_std"],
            )
        row[0].set_ylabel("noise standard deviation σₚ")
        figure.colorbar(mesh, ax=row, label="test accuracy")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Over the map, in its middle, and where the signal is strongest."""
        better, source = gain(data), "Huang et al. 2025, appendix E.2"
        name = "test accuracy of label-noise GD minus GD's"
        middle = better.sel(normalization=100, noise_std=6)
        strong = better.sel(normalization=60, noise_std=4)
        diverged = float((data["diverged_at"] >= 0).mean())
        return [
            *outperforms(
                name + ", mean over the map", source, better.mean(["normalization", "noise_std"])
            ),
            Claim.of_seeds(name + ", in the middle (c = 100, σ_p = 6)", source, middle, low=0.0),
            Claim.of_seeds(
                name + " where the signal is strongest (c = 60, σ_p = 4)", "ours", strong, -0.1, 0.1
            ),
            Claim("digits, map: fraction of runs that diverged", "ours", diverged, 0, high=0),
        ]
