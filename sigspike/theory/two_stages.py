"""Han et al. 2025: the two stages of learning with fixed label noise (arXiv 2505.18909)."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sigspike.simulation.experiment import Experiment
from sigspike.theory.condition import Condition, Hypothesis, Prediction
from sigspike.theory.scales import Scales, divide
from sigspike.theory.theorem import (
    Theorem,
    architecture,
    clean_labels,
    exponent,
    flip_rates,
    given_labels,
)

BAND = 10.0  # a Θ(1) of the paper is read as [1/10, 10]


@dataclass(frozen=True)
class ReLUNetwork(Theorem):
    """What the theorems of Han et al. 2025 share: ReLU, noise not orthogonal to μ, d ≥ C max{n²
    log(n/δ), n‖μ‖σₚ⁻¹√log(n/δ)}.

    Known to us from a summary of the paper: conditions beyond d are not quoted there, so the table
    is not complete. The arguments of the logarithms are ours, and so is the band [1/10, 10] for
    Θ(1).
    """

    def hypotheses(self, experiment: Experiment) -> list[Hypothesis]:
        made = architecture(experiment, exponent(experiment, 1.0), orthogonal=False)
        return [*made, given_labels(experiment), self.labels(experiment)]

    @abstractmethod
    def labels(self, experiment: Experiment) -> Hypothesis:
        """What it takes for granted of the labels."""

    def conditions(self, scales: Scales) -> list[Condition]:
        s, log = scales, np.log(scales.n_samples / self.delta)
        room = max(
            s.n_samples**2 * log, s.n_samples * s.signal_strength / s.noise_std * np.sqrt(log)
        )
        formula = "d ≥ C max{n² log(n/δ), n‖μ‖σₚ⁻¹ √log(n/δ)}"
        return [
            Condition(
                "dimension",
                formula,
                room,
                s.dim,
                "Han et al. 2025, Condition 4.1; arguments of the logarithms ours",
            )
        ]


@dataclass(frozen=True)
class TwoStages(ReLUNetwork):
    """Theorems 4.1 and 4.2: with fixed flips, n·SNR² = Θ(1) and τ = Θ(1), training passes two
    stages.

    Stage I, by T₁ = Θ(nm/(ησₚ²d)): γ > ρ̄, all clean samples fitted, noisy ones predicted with
    their true label, test error ≤ exp(−d/(nC')). Stage II, at convergence: at least τ'n noisy
    samples have ρ̄ > γ, and on D_test the error is ≥ ½ min(τ₊, τ₋). Hence early stopping at T₁, and
    small-loss selection: at T₁ the losses of clean samples lie below log 2 and those of noisy ones
    above.
    """

    title: ClassVar[str] = "Two stages under label noise (Han et al. 2025, Theorems 4.1 and 4.2)"
    source: ClassVar[str] = "Han et al. 2025, Theorems 4.1, 4.2"
    control_name: ClassVar[str] = "n·SNR²"

    def labels(self, experiment: Experiment) -> Hypothesis:
        rates = flip_rates(experiment)
        return Hypothesis(
            "fixed label flips τ₊, τ₋", "> 0", f"{rates[0]:.4g}, {rates[1]:.4g}", min(rates) > 0
        )

    def conditions(self, scales: Scales) -> list[Condition]:
        s, ours = scales, "B; the band [1/10, 10] ours"
        rate = min(s.positive_rate, s.negative_rate)
        return [
            *super().conditions(scales),
            Condition("signal, from below", "n·SNR² ≥ C/10", 1 / BAND, s.n_snr2, ours),
            Condition("signal, from above", "n·SNR² ≤ 10/C", s.n_snr2, BAND, ours),
            Condition("flips", "min(τ₊, τ₋) ≥ C/10", 1 / BAND, rate, ours),
        ]

    def predictions(self, scales: Scales) -> list[Prediction]:
        s, order = scales, "constant 1 in Θ"
        rate = min(s.positive_rate, s.negative_rate)
        return [
            Prediction(
                "T1",
                "Θ",
                divide(1, s.noise_rate),
                "nm / (ησₚ²d)",
                "Han et al. 2025, Theorem 4.1",
                order,
            ),
            Prediction(
                "test error at T1",
                "≤",
                np.exp(-s.dim / s.n_samples),
                "exp(−d/n)",
                "Han et al. 2025, Theorem 4.1",
                "C' = 1",
            ),
            Prediction(
                "D_test error at the end",
                "≥",
                rate / 2,
                "½ min(τ₊, τ₋)",
                "Han et al. 2025, Theorem 4.2",
            ),
            Prediction(
                "best stopping time",
                "Θ",
                divide(1, s.noise_rate),
                "T1",
                "Han et al. 2025, early stopping",
                order,
            ),
            Prediction(
                "selection threshold", "→", np.log(2), "log 2", "Han et al. 2025, sample selection"
            ),
        ]

    def control(self, scales: Scales) -> float:
        return scales.n_snr2


@dataclass(frozen=True)
class CleanLabels(ReLUNetwork):
    """Without label noise: every training sample is right, and the test error ≤
    exp(−n‖μ‖⁴/(Cσₚ⁴d)).
    """

    title: ClassVar[str] = "Learning from clean labels (B)"
    source: ClassVar[str] = "Han et al. 2025, learning without label noise"
    control_name: ClassVar[str] = "n‖μ‖⁴ / (σₚ⁴d)"

    def labels(self, experiment: Experiment) -> Hypothesis:
        return clean_labels(experiment)

    def predictions(self, scales: Scales) -> list[Prediction]:
        error = np.exp(-self.control(scales) / self.constant)
        return [
            Prediction("test error", "≤", error, "exp(−n‖μ‖⁴ / (Cσₚ⁴d))", self.source, "C as given")
        ]

    def control(self, scales: Scales) -> float:
        return strength(scales)


def strength(scales: Scales) -> float:
    """n‖μ‖⁴ / (σₚ⁴ d) = n·SNR⁴ d, which decides for ReLU networks (Han et al. 2025, Kou et al.
    2023).
    """
    return scales.n_samples * scales.snr**4 * scales.dim
