"""Noise on the gradients, as differentially private training has it, at low SNR.

Shi et al. 2026 (arXiv 2511.22270) find that it helps, arXiv 2511.18006 that it hurts.
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.vocabulary.strengths import against_strength, change, with_coefficients

ACTIVATIONS = {"Huberised ReLU, q = 3": ss.SmoothedReLU(3, 1.0), "squared ReLU": ss.ReLUPower(2)}
NOISE = [0.1, 0.3, 0.5]
HELPS, HURTS = "Shi et al. 2026: helps", "arXiv 2511.18006: hurts"
CHANGES = {
    ("Huberised ReLU, q = 3", 0.1): (-np.inf, -0.3, HELPS),
    ("Huberised ReLU, q = 3", 0.3): (-0.03, 0.03, "ours: neither"),
    ("Huberised ReLU, q = 3", 0.5): (-0.03, 0.03, "ours: neither"),
    ("squared ReLU", 0.1): (-0.01, 0.01, "ours: neither"),
    ("squared ReLU", 0.3): (0.0, 0.05, HURTS),
    ("squared ReLU", 0.5): (0.0, 0.05, HURTS),
}  # what the test error may change by


class PrivateNoise(Figure):
    """n = 100, d = 2000, ‖μ‖ = 1, σ_p ∈ {0.1, 0.3, 0.5} (SNR 0.22, 0.075, 0.045), m = 20, η = 1,
    1000 steps; N(0, std²) on every coordinate of every step's gradient, not clipped.
    """

    name: ClassVar[str] = "private-noise"
    caption: ClassVar[str] = (
        "Gradient descent with noise N(0, std²) on every gradient, against std (first place: "
        "none): mean test error over seeds with its standard error, medians of max γ and max ρ̄. "
        "With the flat corner of the Huberised ReLU gradient descent hardly leaves the start at "
        "σₚ = 0.1, and noise takes it to the signal; where the patch's noise is larger, γ grows a "
        "hundredfold and the error stays at chance. With squared ReLU noise does next to nothing."
    )
    seeds: ClassVar[tuple[int, int]] = (6, 3)

    @property
    def strengths(self) -> list[float]:
        """The standard deviations of the noise, none first."""
        paper = self.scale == "paper"
        return [0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2] if paper else [0.0, 1e-3, 1e-2]

    def experiment(self) -> ss.Experiment:
        return ss.Experiment(
            problem=ss.SignalNoise(2000, 1.0, 0.5),
            network=ss.PatchCNN(width=20, activation=ss.ReLUPower(2), init_std=0.01),
            algorithm=ss.GradientDescent(1.0, gradient=ss.NoisyGradient(0.0)),
            n_samples=100,
            n_steps=1000,
            record_at=(1000,),
            n_test=2000,
            measure="summary",
        )

    def axes(self) -> dict[str, Any]:
        return {"algorithm.gradient.std": self.strengths, "problem.noise_std": NOISE}

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        kinds = {name: ss.describe(activation) for name, activation in ACTIVATIONS.items()}
        return facts | {"axes": self.axes(), "activations": kinds}

    def compute(self, progress: Progress) -> xr.Dataset:
        parts: list[xr.Dataset] = []
        for done, activation in enumerate(ACTIVATIONS.values()):
            experiment = ss.put(self.experiment(), "network.activation", activation)
            told = lambda k, n, done=done: progress(done * n + k, len(ACTIVATIONS) * n)  # noqa: E731
            parts.append(ss.sweep(experiment, self.axes(), self.n_seeds, progress=told))
        joined = xr.concat(parts, "activation", join="exact")
        return with_coefficients(joined).assign_coords(activation=list(ACTIVATIONS))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        rows = {name: data.sel(activation=name) for name in ACTIVATIONS}
        labels = "std of the gradient noise", "σₚ ="
        return against_strength(data, rows, "std", "noise_std", labels)

    def claims(self, data: xr.Dataset) -> list[Claim]:
        huber, square = ACTIVATIONS
        start = data["train_loss"].sel(activation=huber, std=0.0, noise_std=0.1)
        text = f"gradient descent has not left the start: training loss − log 2 ({huber}, σₚ = 0.1)"
        return [
            Claim.of_seeds(text, "ours", start - np.log(2), -0.01, 0.01),
            *(claim for noise in NOISE for claim in self._of(data, huber, noise)),
            *(claim for noise in NOISE for claim in self._of(data, square, noise)),
            none_diverged(data),
        ]

    def _of(self, data: xr.Dataset, name: str, noise: float) -> list[Claim]:
        """What the strongest noise adds to the test error and to log₁₀ of γ and of ρ̄."""
        own, at = data.sel(activation=name, noise_std=noise), f"({name}, σₚ = {noise:g})"
        strongest = self.strengths[-1]
        error = change(own["test_error"], "std", strongest)
        low, high, source = CHANGES[name, noise]
        what = f"std {strongest:g} minus gradient descent:"
        found = [Claim.of_seeds(f"{what} test error {at}", source, error, low, high)]
        if name == next(iter(ACTIVATIONS)):
            signal = change(own["gamma"].pipe(np.log10), "std", strongest)
            found.append(Claim.of_seeds(f"{what} log₁₀ max γ {at}", HELPS, signal, 1))
            if noise > min(NOISE):
                memory = change(own["rho_bar"].pipe(np.log10), "std", strongest)
                found.append(Claim.of_seeds(f"{what} log₁₀ max ρ̄ {at}", HELPS, memory, high=-0.1))
        return found
