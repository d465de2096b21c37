"""At low SNR gradient descent memorises noise.

Huang et al. 2025, Theorem 3.2 (arXiv 2510.17526).
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sigspike.simulation.experiment import Experiment
from sigspike.theory.condition import Hypothesis, Prediction
from sigspike.theory.low_snr import SMALL_START, LowSNR
from sigspike.theory.scales import Scales, divide
from sigspike.theory.theorem import given_labels


@dataclass(frozen=True)
class GradientDescentMemorises(LowSNR):
    """Theorem 3.2: gradient descent reaches training loss ε, and test error ≥ 0.24, at some t =
    Θ(nm log(1/(σ₀σₚ√d))/(ησₚ²d) + m³n/(ηεσₚ²d)).

    Lemmas: T₁ = 4nm log(1/(σ₀σₚ√d))/(ησₚ²d), by which max ρ̄ ≥ 1, while |ρ̲| ≤ Õ(σ₀σₚ√d) and γ ≤
    Õ(σ₀‖μ‖); here Õ is 2√(2 log(8mn/δ)), our reading: the largest of all initial overlaps, twice.
    """

    title: ClassVar[str] = "Gradient descent memorises (Huang et al. 2025, Theorem 3.2)"
    source: ClassVar[str] = "Huang et al. 2025, Theorem 3.2"

    def algorithm(self, experiment: Experiment) -> list[Hypothesis]:
        return [given_labels(experiment)]

    def predictions(self, scales: Scales) -> list[Prediction]:
        s, start = scales, self.memorised(scales)
        missing = "" if math.isfinite(start) else SMALL_START
        fit = divide(s.width**2, self.epsilon * s.noise_rate)
        slack, ours = 2 * self.overlap_bound(s), "Õ as 2√(2 log(8mn/δ))"
        lemma, order = "Huang et al. 2025, lemmas of Theorem 3.2", "constant 1 in Θ"
        return [
            Prediction(
                "T1", "≤", 4 * start, "4nm log(1/(σ₀σₚ√d)) / (ησₚ²d)", lemma, missing=missing
            ),
            Prediction(
                "fitted",
                "Θ",
                start + fit,
                "nm log(1/(σ₀σₚ√d)) / (ησₚ²d) + m³n / (ηεσₚ²d)",
                self.source,
                order,
                missing,
            ),
            Prediction("max ρ̄ at T1", "≥", 1.0, "1", lemma),
            Prediction("max |ρ̲| until T1", "≤", slack * s.initial_noise, "Õ(σ₀σₚ√d)", lemma, ours),
            Prediction("max γ until T1", "≤", slack * s.initial_signal, "Õ(σ₀‖μ‖)", lemma, ours),
            Prediction("training loss", "≤", self.epsilon, "ε", self.source),
            Prediction("test error", "≥", 0.24, "0.24", self.source),
        ]


def signal_ceiling(scales: Scales, step: float) -> float:
    """γ + |⟨w0, μ⟩| ≤ exp(2η‖μ‖²t/m) |⟨w0, μ⟩|: the factor by which signal can have grown at step t
    (Huang et al. 2025, lemmas).
    """
    return np.exp(2 * scales.signal_rate * step)


def noise_floor(scales: Scales, step: float, rate: float = 0.5) -> float:
    """max ρ̄ ≥ exp(ηC₁σₚ²dt/(2nm)) σ₀σₚ√d/4 − 0.6 β̄ while the margins are small (Huang et al.
    2025, lemmas), with our β̄ = σ₀σₚ√d.

    C₁, a bound of |ℓ'| from below, is ``rate``: ½ at the start.
    """
    growth = np.exp(rate * scales.noise_rate * step / 2)
    return growth * scales.initial_noise / 4 - 0.6 * scales.initial_noise
