"""Appendix E.2 of paper A: where label noise helps on digits, over the divisor of the pixels and the noise."""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress
from sigspike.papers.low_snr.digits import N_TEST, in_words, zero_or_one
from sigspike.papers.low_snr.image_figure import FLIP_RATE, image_experiment
from sigspike.papers.low_snr.setting import COLORS, compare, gain
from sigspike.plots.maps import hatch, heat
from sigspike.plots.style import panels


class DigitsHeatmap(Figure):
    """Pixels / 60 … 140 × σ_p = 4 … 8, 200 000 steps at η = 0.001; 5 000 at η = 0.01 at the quick scale."""

    name: ClassVar[str] = "mnist-heatmap"
    caption: ClassVar[str] = (
        "Test accuracy at the last step over the divisor c of the pixels and the noise σ_p of the other patch, mean "
        "over seeds; hatched where a run diverged. The signal-to-noise ratio falls to the upper right."
    )
    slow: ClassVar[str] = "about 15 minutes on two cores at the paper's scale"

    @property
    def n_seeds(self) -> int:
        return 3 if self.scale == "paper" else 2

    def experiment(self) -> ss.Experiment:
        rate, n_steps = (0.001, 200_000) if self.scale == "paper" else (0.01, 5_000)
        return image_experiment(zero_or_one(self.find("MNIST")), rate, n_steps, n_steps, N_TEST)

    def axes(self) -> dict[str, Any]:
        """The grid."""
        points = 5 if self.scale == "paper" else 3
        return {
            "problem.normalization": np.linspace(60, 140, points).tolist(),
            "problem.noise_std": np.linspace(4, 8, points).tolist(),
        }

    def settings(self) -> dict[str, Any]:
        facts = {"experiment": ss.describe(self.experiment()), "images": in_words(self.find("MNIST"))}
        return facts | {"axes": self.axes(), "flip_rate": FLIP_RATE, "n_seeds": self.n_seeds}

    def text(self) -> str:
        return f"{in_words(self.find('MNIST'))}. {self.caption}"

    def compute(self, progress: Progress) -> xr.Dataset:
        return compare(self.experiment(), self.axes(), self.n_seeds, progress, FLIP_RATE, self.store).isel(time=[-1])

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 2, height=2.6)
        end = data.isel(time=-1)
        accuracy = 1 - end["test_error"].mean("seed")
        for axes, name in zip(row, COLORS, strict=True):
            mesh = heat(axes, accuracy.sel(algorithm=name), "normalization", "noise_std", vmin=0.5, vmax=1.0)
            hatch(axes, (end["diverged_at"].sel(algorithm=name) >= 0).any("seed"), "normalization", "noise_std")
            axes.set(title=name, xlabel="divisor of the pixels c", xticks=data["normalization"].values)
        row[0].set_ylabel("noise standard deviation σₚ")
        figure.colorbar(mesh, ax=row, label="test accuracy")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Over the whole map, and in its corners."""
        better = gain(data)
        mean = better.mean("seed")
        place = {"normalization": mean.argmax(...)["normalization"], "noise_std": mean.argmax(...)["noise_std"]}
        of_seeds, source = Claim.of_seeds, "A, appendix E.2"
        map_mean = better.mean(["normalization", "noise_std"])
        return [
            of_seeds("test accuracy of label-noise GD minus GD's, mean over the map", source, map_mean, low=0.0),
            of_seeds("the same, in the cell where it is largest", source, better.isel(place), low=0.1),
        ]
