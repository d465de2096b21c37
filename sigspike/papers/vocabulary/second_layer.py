"""The second layer fixed, as in the papers, or trained from the same function.

Against the low-SNR problem of Huang et al. 2025 (arXiv 2510.17526), whose theory fixes it.
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import with_ratio
from sigspike.plots.curves import curve, log_scale
from sigspike.plots.style import COLORS, panels

LAYERS = {"fixed": COLORS[1], "trained": COLORS[0]}
MEASURES = {"fixed": "summary", "trained": "second_layer"}


class SecondLayer(Figure):
    """n = 100, d = 2000, σ_p = 0.5, m = 20, squared ReLU, gradient descent, η = 1, 1000 steps."""

    name: ClassVar[str] = "second-layer"
    caption: ClassVar[str] = (
        "Gradient descent with the second layer fixed at a = 1 and trained from there, on the same "
        "draws: test error against SNR (mean over seeds), training loss and max ρ̄ / max γ at the "
        "smallest SNR shown that is not 0 (median and 10–90 % band), and the trained weights in "
        "the end: smallest, median and largest over neurons, mean over seeds."
    )
    seeds: ClassVar[tuple[int, int]] = (6, 4)

    @property
    def snrs(self) -> list[float]:
        """From where neither learns the signal to where both do."""
        paper = self.scale == "paper"
        return [0.06, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.16, 0.18, 0.2] if paper else [0.08, 0.12, 0.2]

    def experiment(self) -> ss.Experiment:
        return ss.Experiment(
            problem=ss.SignalNoise(2000, 1.0, 0.5),
            network=ss.PatchCNN(width=20, activation=ss.ReLUPower(2), init_std=0.01),
            algorithm=ss.GradientDescent(1.0),
            n_samples=100,
            n_steps=1000,
            record_at=tuple(sorted({0, *ss.log_spaced(1000, 20)})),
            n_test=2000,
            measure="summary",
        )

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        return facts | {"axes": {"network.second_layer": list(LAYERS), "snr": self.snrs}}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Both second layers on the same draws, and the weights of the trained one."""
        runs = []
        for done, (layer, measure) in enumerate(MEASURES.items()):
            trained = ss.put(self.experiment(), "network.second_layer", layer)
            told = lambda k, n, done=done: progress(done * n + k, len(MEASURES) * n)  # noqa: E731
            runs.append(ss.sweep(ss.put(trained, "measure", measure), {"snr": self.snrs}, self.n_seeds, progress=told))
        weights = runs[1]["second_layer"]
        runs[1] = runs[1].drop_vars("second_layer")
        joined = xr.concat(runs, "layer", join="exact").assign_coords(layer=list(LAYERS))
        return with_ratio(joined).assign(second_layer=weights)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [[first, second], [third, fourth]] = panels(2, 2, height=1.9)
        end, low = data.isel(time=-1), data.isel(snr=0).sel(time=slice(1, None))
        for layer, color in LAYERS.items():
            error = end["test_error"].sel(layer=layer).mean("seed")
            first.plot(data["snr"], error, color=color, marker=".", label=layer)
            curve(second, low["train_loss"].sel(layer=layer), color)
            curve(third, low["ratio"].sel(layer=layer), color)
        weights = end["second_layer"].stack(unit=("sign", "neuron"))
        for name, style in (("max", "--"), ("median", "-"), ("min", ":")):
            values = getattr(weights, name)("unit").mean("seed")
            fourth.plot(data["snr"], values, color=COLORS[0], linestyle=style, label=name)
        first.set(xlabel="SNR", ylabel="test error", ylim=(-0.02, 0.52))
        first.legend(loc="lower left", title="second layer")
        log_scale(second, f"training loss, SNR {float(data['snr'][0]):g}")
        log_scale(third, f"max ρ̄ / max γ, SNR {float(data['snr'][0]):g}")
        for axes in (second, third):
            axes.set(xscale="log", xlabel="gradient step")
        fourth.set(xlabel="SNR", ylabel="trained weight a in the end")
        fourth.legend(loc="best")
        return figure
