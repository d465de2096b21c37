"""Signal and noise in one vector, fitted with flipped labels by leaky ReLU and hinge loss.

Karhadkar et al. 2024 (arXiv 2403.06903).
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.axes import described
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.plots.curves import curve
from sigspike.plots.style import COLORS, panels

SOURCE = "Karhadkar et al. 2024"
N_SAMPLES, SIGNAL, WIDTH = 50, 5, 64
PUBLISHED = {  # by d/n: the mean test error over n = 50, 60, …, 150, and its standard error
    1: (0.0705, 0.0041),
    2: (0.0235, 0.0033),
    3: (0.0085, 0.0021),
    4: (0.0064, 0.0024),
    5: (0.0032, 0.0011),
    6: (0.0026, 0.0020),
}


class OneVector(Figure):
    """n = 50, γ = 5/n, 64 neurons with slope 0.1 below 0, σ_0 = 1/(64√d), 10 % flips; η = 1/(64 n)
    on the sum of the hinge losses, until all samples are fitted.

    Test errors have a heavy tail: at d = 3n half of 400 runs are below 0.001, the mean is 0.011 and
    the largest 0.22, so that the mean of a few seeds is most often too low. The published means are
    of 55 runs each. Their table was made before the authors' code had output weights of both signs
    (its history): all were −1. Forty runs of each kind, in a program of its own, had the same mean
    within two standard errors at d/n = 1, 2, 3, 4.
    """

    name: ClassVar[str] = "one-vector"
    caption: ClassVar[str] = (
        "x = √γ y v + √(1−γ) g with γ = 5/n, a tenth of the labels flipped, leaky ReLU, hinge "
        "loss, gradient descent until every sample is fitted. Left, against d/n at n = 50: test "
        "error of every seed, mean and standard error; crosses: the means that the authors of "
        "arXiv 2403.06903 publish over n = 50 … 150 (all output weights −1), with their standard "
        "error over n. Errors have a heavy tail. Right: training steps until the fit, median and "
        "10–90 % band."
    )
    seeds: ClassVar[tuple[int, int]] = (100, 60)

    @property
    def ratios(self) -> list[int]:
        """d/n."""
        return list(PUBLISHED) if self.scale == "paper" else [1, 3]

    def experiment(self) -> ss.Experiment:
        """The mean of the losses is their sum over n, so that η is 1/64."""
        steps = 6000 if self.scale == "paper" else 4000
        problem = ss.OneVector(N_SAMPLES, 1.0, 1.0).with_signal_share(SIGNAL / N_SAMPLES)
        return ss.Experiment(
            problem=ss.put(problem.with_flip_rate(0.1), "orthogonal", True),
            network=ss.PatchCNN(width=WIDTH // 2, activation=ss.Leaky(0.1), filters="sum"),
            algorithm=ss.GradientDescent(1 / WIDTH, loss=ss.Hinge()),
            n_samples=N_SAMPLES,
            n_steps=steps,
            record_at=(steps,),
            n_test=1000,
            measure="summary",
            stop="fitted",
        )

    def axes(self) -> dict[str, Any]:
        """d, with σ_p² = (1 − γ)/d and σ_0 beside it."""
        dims = [N_SAMPLES * ratio for ratio in self.ratios]
        noise = [float(np.sqrt((1 - SIGNAL / N_SAMPLES) / dim)) for dim in dims]
        first = [1 / (WIDTH * dim**0.5) for dim in dims]
        fields = {"problem.dim": dims, "problem.noise_std": noise, "network.init_std": first}
        return {"ratio": ss.Linked(fields, labels=self.ratios)}

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        return facts | {"axes": described(self.axes()), "published": list(PUBLISHED.values())}

    def compute(self, progress: Progress) -> xr.Dataset:
        data = ss.sweep(self.experiment(), self.axes(), self.n_seeds, progress=progress)
        return data.isel(time=-1, drop=True).drop_vars(["snr", "n_snr2"], errors="ignore")

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [[left, right]] = panels(1, 2, height=2.3)
        error = data["test_error"]
        ratios = np.array(self.ratios)
        style: dict[str, Any] = {"color": "0.75", "markersize": 3, "linestyle": "none"}
        left.plot(ratios - 0.15, error.transpose("ratio", "seed"), marker=".", **style)
        bar: dict[str, Any] = {"markersize": 4, "capsize": 2}
        spread = standard_error(error)
        left.errorbar(
            ratios, error.mean("seed"), spread, color=COLORS[0], marker="o", label="here", **bar
        )
        mean, own = zip(*(PUBLISHED[ratio] for ratio in self.ratios), strict=True)
        left.errorbar(ratios + 0.12, mean, own, color=COLORS[1], fmt="x", label="published", **bar)
        left.set(ylabel="test error", ylim=(-0.005, 0.3))
        left.legend(loc="upper right")
        curve(right, data["stopped_at"].rename(ratio="time"), COLORS[0])
        right.set(ylabel="gradient steps until fitted", yscale="log")
        for axes in (left, right):
            axes.set(xlabel="d / n", xticks=self.ratios)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        error = data["test_error"]
        fitted = float((data["stopped_at"] >= 0).mean())
        falls = error.sel(ratio=1) - error.sel(ratio=3)
        return [
            *(self._as_published(error.sel(ratio=ratio), ratio) for ratio in self.ratios),
            Claim.of_seeds("test error at d/n = 1 minus at d/n = 3", SOURCE, falls, 0.02),
            Claim("fraction of runs that fit their flipped labels", SOURCE, fitted, 0, 0.98),
            none_diverged(data),
        ]

    def _as_published(self, error: xr.DataArray, ratio: int) -> Claim:
        """The difference of two means, in their joint standard error."""
        mean, own = PUBLISHED[ratio]
        joint = float(np.hypot(standard_error(error), own))
        text = f"d/n = {ratio}: test error minus published, in standard errors"
        return Claim(text, SOURCE, (float(error.mean()) - mean) / joint, 0, -3, 3)


def standard_error(values: xr.DataArray) -> xr.DataArray:
    """Of the mean over seeds."""
    return values.std("seed", ddof=1) / values.sizes["seed"] ** 0.5
