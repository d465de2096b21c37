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
PUBLISHED = {1: 0.0705, 2: 0.0235, 3: 0.0085, 4: 0.0064, 5: 0.0032, 6: 0.0026}  # by d/n


class OneVector(Figure):
    """n = 50, γ = 5/n, 64 neurons with slope 0.1 below 0, 10 % flips; η = 1/(64 n) on the sum of
    the hinge losses, until all samples are fitted.
    """

    name: ClassVar[str] = "one-vector"
    caption: ClassVar[str] = (
        "x = √γ y v + √(1−γ) g with γ = 5/n, a tenth of the labels flipped, leaky ReLU, hinge "
        "loss, gradient descent until every sample is fitted: test error of every seed and mean "
        "with standard error against d/n, at n = 50, σ_0 = 1e-3 (ours; crosses: means that arXiv "
        "2403.06903 has over n = 50 … 150, five trials each), and training steps until the fit, "
        "median and 10–90 % band."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 6)

    @property
    def ratios(self) -> list[int]:
        """d/n."""
        return list(PUBLISHED) if self.scale == "paper" else [1, 2, 4]

    def experiment(self) -> ss.Experiment:
        """The mean of the losses is their sum over n, so that η is 1/64."""
        problem = ss.OneVector(N_SAMPLES, 1.0, 1.0).with_signal_share(SIGNAL / N_SAMPLES)
        return ss.Experiment(
            problem=ss.put(problem.with_flip_rate(0.1), "orthogonal", True),
            network=ss.PatchCNN(
                width=WIDTH // 2, activation=ss.Leaky(0.1), init_std=1e-3, filters="sum"
            ),
            algorithm=ss.GradientDescent(1 / WIDTH, loss=ss.Hinge()),
            n_samples=N_SAMPLES,
            n_steps=6000,
            record_at=(6000,),
            n_test=2000,
            measure="summary",
            stop="fitted",
        )

    def axes(self) -> dict[str, Any]:
        """d, with σ_p² = (1 − γ)/d beside it."""
        dims = [N_SAMPLES * ratio for ratio in self.ratios]
        noise = [float(np.sqrt((1 - SIGNAL / N_SAMPLES) / dim)) for dim in dims]
        fields = {"problem.dim": dims, "problem.noise_std": noise}
        return {"ratio": ss.Linked(fields, labels=self.ratios)}

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        return facts | {"axes": described(self.axes()), "published": list(PUBLISHED.values())}

    def compute(self, progress: Progress) -> xr.Dataset:
        data = ss.sweep(self.experiment(), self.axes(), self.n_seeds, progress=progress)
        return data.isel(time=-1).drop_vars(["snr", "n_snr2"], errors="ignore")

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [[left, right]] = panels(1, 2, height=2.3)
        error = data["test_error"]
        for seed in error["seed"]:
            left.plot(data["ratio"], error.sel(seed=seed), ".", color="0.75", markersize=3)
        spread = error.std("seed", ddof=1) / error.sizes["seed"] ** 0.5
        bar: dict[str, Any] = {"color": COLORS[0], "marker": "o", "markersize": 3.5, "capsize": 2}
        left.errorbar(data["ratio"], error.mean("seed"), spread, label="here", **bar)
        shown = [PUBLISHED[ratio] for ratio in self.ratios]
        left.plot(data["ratio"], shown, "x", color=COLORS[1], label="published")
        left.set(ylabel="test error", ylim=(-0.005, 0.2))
        left.legend(loc="upper right")
        curve(right, data["stopped_at"].rename(ratio="time"), COLORS[0])
        right.set(ylabel="gradient steps until fitted", yscale="log")
        for axes in (left, right):
            axes.set(xlabel="d / n", xticks=self.ratios)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        error = data["test_error"]
        spread = error.std("seed", ddof=1) / error.sizes["seed"] ** 0.5
        unfitted = float((data["stopped_at"] < 0).mean())
        falls = error.sel(ratio=1) - error.sel(ratio=4)
        return [
            *(
                Claim.of_seeds(
                    f"d/n = {ratio}: test error, no more than published within two standard errors",
                    SOURCE,
                    error.sel(ratio=ratio),
                    high=PUBLISHED[ratio] + 2 * float(spread.sel(ratio=ratio)),
                )
                for ratio in self.ratios
            ),
            Claim.of_seeds("test error at d/n = 1 minus at d/n = 4", SOURCE, falls, 0.01),
            Claim("fraction of runs that fit their flipped labels", SOURCE, 1 - unfitted, 0, 1),
            none_diverged(data),
        ]
