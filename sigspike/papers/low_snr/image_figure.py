"""What the experiments on real images have in common.

Huang et al. 2025, appendix E.2 (arXiv 2510.17526).
"""

from abc import abstractmethod

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import compare, gain, outperforms, side_by_side, with_ratio
from sigspike.plots.style import panels

FLIP_RATE = 0.15


class ImageFigure(Figure):
    """n = 100, m = 20, p = 0.15, σ_p = 5, image and noise as two patches; σ_0 = 0.01 and the steps
    are our choice.

    η = 0.001 and 100 000 steps at the paper's scale. The quick one takes a few larger steps: label
    noise, whose effect is of second order in η, is stronger there.
    """

    @abstractmethod
    def problem(self) -> ss.ImagePatches:
        """The images."""

    @abstractmethod
    def source(self) -> str:
        """The data set and its classes, in words."""

    @abstractmethod
    def n_test(self) -> int:
        """Test images."""

    @abstractmethod
    def training(self) -> tuple[float, int, int]:
        """Learning rate, steps and seeds."""

    def text(self) -> str:
        return f"{self.source()}. {self.caption}"

    def experiment(self) -> ss.Experiment:
        learning_rate, n_steps, _ = self.training()
        return image_experiment(
            self.problem(), learning_rate, n_steps, n_steps // 50, self.n_test()
        )

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "images": self.source()}
        return facts | {"flip_rate": FLIP_RATE, "n_seeds": self.training()[2]}

    def compute(self, progress: Progress) -> xr.Dataset:
        return with_ratio(compare(self.experiment(), {}, self.training()[2], progress, FLIP_RATE))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.1)
        side_by_side(row, data.assign_coords(time=data["time"] / 1000))
        row[1].legend(loc="upper right", bbox_to_anchor=(1, 0.72))
        for axes in row:
            axes.set_xlabel("gradient steps (thousands)")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        name = f"{self.source()}: test accuracy of label-noise GD minus GD's"
        diverged = float((data["diverged_at"] >= 0).mean())
        none = Claim(
            f"{self.source()}: fraction of runs that diverged", "ours", diverged, 0, high=0
        )
        return [*outperforms(name, "Huang et al. 2025, appendix E.2", gain(data)), none]


def image_experiment(
    problem: ss.ImagePatches, learning_rate: float, n_steps: int, record_every: int, n_test: int
) -> ss.Experiment:
    """Label-noise gradient descent on image patches, as appendix E.2 describes it."""
    return ss.Experiment(
        problem=problem,
        network=ss.PatchCNN(width=20, activation=ss.ReLUPower(2), init_std=0.01),
        algorithm=ss.LabelNoiseGD(learning_rate, FLIP_RATE),
        n_samples=100,
        n_steps=n_steps,
        record_every=record_every,
        n_test=n_test,
        measure="summary",
    )
