"""Several classes: what chance is, and where each class has signal enough.

Benign overfitting of two classes asks for n·SNR² (Cao et al. 2022, arXiv 2202.06526); a class of K
has n/K samples.
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

import sigspike as ss
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.vocabulary.crossing import crossing
from sigspike.plots.style import COLORS, panels

N_SAMPLES, N_TEST = 100, 2000
LINES = {0.0: "-", 0.2: "--"}  # flip rate: style


class ManyClasses(Figure):
    """n = 100, d = 2000, σ_p = 0.5, m = 20 filters a class, squared ReLU, cross entropy, η = 1,
    1000 steps.
    """

    name: ClassVar[str] = "many-classes"
    caption: ClassVar[str] = (
        "Gradient descent on K classes with orthogonal signals, without and with a fifth of the "
        "training labels replaced by another class (dashed): mean test error over seeds against "
        "SNR (dotted: chance, 1 − 1/K), and its share of chance against the signal of the n/K "
        "samples of a class, n·SNR²/K."
    )
    seeds: ClassVar[tuple[int, int]] = (5, 3)

    def experiment(self) -> ss.Experiment:
        return ss.Experiment(
            problem=ss.ManyClasses(2000, 1.0, 0.5, n_classes=2),
            network=ss.PatchCNN(width=20, activation=ss.ReLUPower(2), init_std=0.01),
            algorithm=ss.GradientDescent(1.0),
            n_samples=N_SAMPLES,
            n_steps=1000,
            record_at=(1000,),
            n_test=N_TEST,
            measure="summary",
        )

    def axes(self) -> dict[str, Any]:
        paper = self.scale == "paper"
        fine = [0.0, 0.05, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.23, 0.26, 0.3, 0.35, 0.4, 0.5]
        return {
            "problem.n_classes": [2, 3, 5, 10] if paper else [2, 5],
            "problem.flip_rate": list(LINES),
            "snr": fine if paper else [0.0, 0.1, 0.15, 0.2, 0.25, 0.4],
        }

    def settings(self) -> Settings:
        described = ss.describe(self.experiment())
        return {"experiment": described, "axes": self.axes(), "n_seeds": self.n_seeds}

    def compute(self, progress: Progress) -> xr.Dataset:
        data = ss.sweep(self.experiment(), self.axes(), self.n_seeds, progress=progress)
        return data.isel(time=-1)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [[left, right]] = panels(1, 2, height=2.5)
        for place, n_classes in enumerate(data["n_classes"].values.tolist()):
            for rate, style in LINES.items():
                error = data["test_error"].sel(n_classes=n_classes, flip_rate=rate).mean("seed")
                label = f"K = {n_classes}" if rate == 0 else None
                line: dict[str, Any] = {"color": COLORS[place], "linestyle": style, "marker": "."}
                left.plot(error["snr"], error, label=label, **line)
                own = error.where(error["snr"] > 0, drop=True)
                signal = N_SAMPLES * own["snr"] ** 2 / n_classes
                right.plot(signal, own / chance(n_classes), **line)
            left.axhline(chance(n_classes), color=COLORS[place], linestyle=":", linewidth=0.8)
        left.set(xlabel="SNR", ylabel="test error", ylim=(-0.02, 1))
        colors = left.get_legend_handles_labels()[0]
        texts: dict[Any, str] = {"-": "no flips", "--": "flip rate 0.2", ":": "chance"}
        styles = [
            Line2D([], [], color="0.35", linestyle=style, label=text)
            for style, text in texts.items()
        ]
        right.legend(handles=[*colors, *styles], loc="upper right")
        right.set(xscale="log", xlabel="n·SNR² / K", ylabel="test error / (1 − 1/K)")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        found = [
            claim
            for n_classes in data["n_classes"].values.tolist()
            for claim in self._of(data["test_error"].sel(n_classes=n_classes), n_classes)
        ]
        return [*found, none_diverged(data)]

    def _of(self, error: xr.DataArray, n_classes: int) -> list[Claim]:
        """The claims about one number of classes."""
        at, clean = f" (K = {n_classes})", error.sel(flip_rate=0.0)
        one = np.sqrt(chance(n_classes) * (1 - chance(n_classes)) / N_TEST / error.sizes["seed"])
        nothing = float(error.sel(snr=0).mean() - chance(n_classes)) / (one / np.sqrt(len(LINES)))
        rises = float(error.mean("seed").diff("snr").max()) / (one * np.sqrt(2))
        half = crossing(clean / chance(n_classes), "snr", 0.5)
        return [
            Claim(
                f"SNR = 0: test error − (1 − 1/K), in standard errors{at}",
                "chance",
                nothing,
                0,
                -3,
                3,
            ),
            Claim.of_seeds(
                f"largest SNR, no flips: test error{at}",
                "benign overfitting",
                clean.isel(snr=-1),
                high=0.01,
            ),
            Claim(
                f"largest rise of the mean test error with SNR, in standard errors{at}",
                "more signal",
                rises,
                0,
                high=3,
            ),
            Claim.of_seeds(
                f"n·SNR²/K at which the test error is half of chance{at}",
                "ours: a class has n/K samples",
                N_SAMPLES * half**2 / n_classes,
                0.5,
                1.5,
            ),
        ]


def chance(n_classes: int) -> float:
    """The test error of a guess."""
    return 1 - 1 / n_classes
