"""Appendix E.2 of paper A: MNIST 0 against 1, a digit in one patch and Gaussian noise in the other."""

from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress
from sigspike.papers.low_snr.setting import compare, side_by_side, with_ratio
from sigspike.plots.style import panels


class Digits(Figure):
    """n = 100, 200 test images, m = 20, η = 0.001, p = 0.15, σ_p = 5, pixels / 80; σ_0 = 0.01 and T = 100 000 are
    our choice.
    """

    name: ClassVar[str] = "mnist"
    caption: ClassVar[str] = (
        "MNIST 0 against 1 with a patch of Gaussian noise: memorisation against signal, training loss and test "
        "accuracy; median and 10–90 % band over seeds (images, noise and initial weights)."
    )
    needs_data: ClassVar[bool] = True

    @property
    def n_seeds(self) -> int:
        return 8 if self.scale == "paper" else 3

    def experiment(self) -> ss.Experiment:
        assert self.data_dir is not None
        return ss.Experiment(
            problem=ss.ImagePatches.mnist(self.data_dir, classes=(0, 1), noise_std=5.0, normalization=80.0),
            network=ss.PatchCNN(width=20, power=2, init_std=0.01),
            algorithm=ss.LabelNoiseGD(0.001),
            n_samples=100,
            n_steps=100_000,
            record_every=2000,
            n_test=200,
            measure="summary",
        )

    def settings(self) -> dict[str, Any]:
        return {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}

    def compute(self, progress: Progress) -> xr.Dataset:
        return with_ratio(compare(self.experiment(), {}, self.n_seeds, progress, flip_rate=0.15))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.1)
        side_by_side(row, data.assign_coords(time=data["time"] / 1000))
        row[0].set_ylim(0.2, 10)
        row[2].legend(loc="lower right")
        for axes in row:
            axes.set_xlabel("gradient steps (thousands)")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        end = data.isel(time=-1)["test_error"]
        gain = end.sel(algorithm="GD") - end.sel(algorithm="label-noise GD")
        name = "MNIST 0 vs 1: test accuracy of label-noise GD minus GD's"
        mean = Claim.of_seeds(name, "A, appendix E.2", gain, low=0.0)
        return [mean, Claim(name + ", in standard errors", mean.source, mean.measured / mean.standard_error, 0, low=2)]
