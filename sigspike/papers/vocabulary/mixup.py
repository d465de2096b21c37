"""Mixup at low SNR, beside gradient descent.

The problem is that of Huang et al. 2025 (arXiv 2510.17526), mixup that of Zhang et al. 2018 (arXiv
1710.09412). No paper known to us has both.
"""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.vocabulary.strengths import against_strength, change, with_coefficients

SNRS = [0.08, 0.12, 0.16]
CHANGES = {0.08: (-0.03, 0.03), 0.12: (-np.inf, -0.3), 0.16: (-np.inf, 0.0)}  # of the test error


class Mixup(Figure):
    """n = 100, d = 2000, σ_p = 0.5, m = 20, squared ReLU, η = 1, 1000 steps; λ ~ Beta(α, α) and a
    permutation of all samples at every step. The claims were written after the first run.

    Two samples of one class mixed have the whole signal, λyμ + (1 − λ)yμ = yμ, and of the noise of
    each a share: what squared ReLU memorised of it counts λ² and (1 − λ)². Losses stay open that
    memorisation would have closed, and the signal keeps growing.
    """

    name: ClassVar[str] = "mixup"
    caption: ClassVar[str] = (
        "Mixup with λ ~ Beta(α, α) against α (first place: gradient descent, the limit α → 0): "
        "mean test error over seeds with its standard error, medians of max γ and max ρ̄. Mixing "
        "lets the signal grow and halves what is memorised at every SNR. Where gradient descent "
        "only just fails that takes the test error from 0.4 to 0; at the smallest SNR it is far "
        "from enough, and the error stays at chance."
    )
    seeds: ClassVar[tuple[int, int]] = (6, 3)

    @property
    def strengths(self) -> list[float]:
        """α, from mostly whole samples to mostly even mixtures."""
        return [0.1, 0.3, 1.0, 4.0] if self.scale == "paper" else [0.1, 1.0]

    def experiment(self) -> ss.Experiment:
        return ss.Experiment(
            problem=ss.SignalNoise(2000, 1.0, 0.5),
            network=ss.PatchCNN(width=20, activation=ss.ReLUPower(2), init_std=0.01),
            algorithm=ss.GradientDescent(1.0),
            n_samples=100,
            n_steps=1000,
            record_at=(1000,),
            n_test=2000,
            measure="summary",
        )

    def mixed(self) -> ss.Experiment:
        """The same with mixup."""
        return ss.put(self.experiment(), "algorithm.inputs", ss.Mixup(1.0))

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        axes = {"snr": SNRS, "algorithm.inputs.alpha": self.strengths}
        return facts | {"mixup": ss.describe(self.mixed().algorithm.inputs), "axes": axes}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Gradient descent at α = 0, and mixup on the same draws of the data."""
        whole, axes = len(self.strengths) + 1, {"snr": SNRS}
        plain = ss.sweep(
            self.experiment(), axes, self.n_seeds, progress=lambda k, n: progress(k, n * whole)
        )
        cells = {"algorithm.inputs.alpha": self.strengths} | axes
        mixed = ss.sweep(
            self.mixed(),
            cells,
            self.n_seeds,
            progress=lambda k, n: progress(n // (whole - 1) + k, n * whole // (whole - 1)),
        )
        joined = xr.concat([plain.expand_dims(alpha=[0.0]), mixed], "alpha", join="exact")
        return with_coefficients(joined)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        rows = {"squared ReLU": data}
        return against_strength(data, rows, "alpha", "snr", ("α of Beta(α, α)", "SNR"))

    def claims(self, data: xr.Dataset) -> list[Claim]:
        return [*(claim for snr in SNRS for claim in self._of(data, snr)), none_diverged(data)]

    def _of(self, data: xr.Dataset, snr: float) -> list[Claim]:
        """What α = 1 adds to the test error and to log₁₀ of γ and of ρ̄."""
        own, what = data.sel(snr=snr), "α = 1 minus gradient descent:"
        low, high = CHANGES[snr]
        signal, memory = (change(own[f].pipe(np.log10), "alpha", 1.0) for f in ("gamma", "rho_bar"))
        error, at = change(own["test_error"], "alpha", 1.0), f"(SNR {snr:g})"
        fitted = own["train_accuracy"].sel(alpha=1.0)
        return [
            Claim.of_seeds(f"{what} test error {at}", "ours", error, low, high),
            Claim.of_seeds(f"{what} log₁₀ max γ {at}", "ours", signal, 0.2),
            Claim.of_seeds(f"{what} log₁₀ max ρ̄ {at}", "ours", memory, high=-0.3),
            Claim.of_seeds(f"α = 1: training accuracy {at}", "ours", fitted, 0.999),
        ]
