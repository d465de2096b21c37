"""Kou et al. 2023: benign and harmful overfitting of a ReLU network (arXiv 2303.04145)."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sigspike.simulation.experiment import Experiment
from sigspike.theory.condition import Condition, Hypothesis, Prediction
from sigspike.theory.scales import Scales, divide
from sigspike.theory.theorem import (
    Theorem,
    architecture,
    equals,
    exponent,
    flip_rates,
    fresh_test,
    given_labels,
)
from sigspike.theory.two_stages import strength

CONDITION = "Kou et al. 2023, Condition 4.1"


@dataclass(frozen=True)
class BenignOverfitting(Theorem):
    """Theorem 4.2: with labels flipped with probability p in training and test, gradient descent
    reaches training loss ε, and the test error is ≤ p + exp(−n‖μ‖⁴/(Cσₚ⁴d)) where n‖μ‖⁴ ≥ Cσₚ⁴d,
    but ≥ p + 0.1 where n‖μ‖⁴ ≤ σₚ⁴d/C.

    Condition 4.1: d ≥ C max{n‖μ‖²σₚ⁻² log T*, n² log(nm/δ) (log T*)²}; n ≥ C log(m/δ); m ≥ C
    log(n/δ); ‖μ‖² ≥ Cσₚ² log(n/δ); σ₀ ≤ 1/(C max{σₚd/√n, ‖μ‖√log(m/δ)}); η ≤ 1/(C
    max{σₚ²d^{3/2}/(n²m√log(n/δ)), σₚ²d/n}). T* is the longest time considered, a polynomial in all
    scales; ours is mn/(ηεσₚ²d), the time of the theorem. The theorem's network has the mean over
    filters, no bias and Gaussian weights; the published experiment (sums, biases, uniform weights)
    is another one.
    """

    title: ClassVar[str] = "Benign overfitting (Kou et al. 2023, Theorem 4.2)"
    source: ClassVar[str] = "Kou et al. 2023, Theorem 4.2"
    control_name: ClassVar[str] = "n‖μ‖⁴ / (σₚ⁴d)"

    def hypotheses(self, experiment: Experiment) -> list[Hypothesis]:
        same = flip_rates(experiment)
        told = getattr(experiment.problem, "flip_test_labels", False) or max(same) == 0
        return [
            *architecture(experiment, exponent(experiment, 1.0), orthogonal=False),
            fresh_test(experiment),
            Hypothesis(
                "label flips", "τ₊ = τ₋", f"{same[0]:.4g}, {same[1]:.4g}", same[0] == same[1]
            ),
            equals("test labels flipped as in training", True, bool(told)),
            given_labels(experiment),
        ]

    def conditions(self, scales: Scales) -> list[Condition]:
        s, n, m = scales, scales.n_samples, scales.width
        long = (
            np.maximum(np.log(self.duration(s)), 1.0)
            if 0 < self.duration(s) < math.inf
            else math.nan
        )
        ratio = (s.signal_strength / s.noise_std) ** 2
        room = np.maximum(n * ratio * long, n**2 * np.log(n * m / self.delta) * long**2)
        start = s.init_std * np.maximum(
            s.noise_std * s.dim / np.sqrt(n), s.signal_strength * np.sqrt(np.log(m / self.delta))
        )
        few = np.log(n / self.delta)
        pace = s.learning_rate * np.maximum(
            s.noise_std**2 * s.dim**1.5 / (n**2 * m * np.sqrt(few)), s.noise_square / n
        )
        return [
            Condition(
                "dimension",
                "d ≥ C max{n‖μ‖²σₚ⁻² log T*, n² log(nm/δ) log² T*}",
                room,
                s.dim,
                f"{CONDITION}; T* ours",
            ),
            Condition("samples", "n ≥ C log(m/δ)", np.log(m / self.delta), n, CONDITION),
            Condition("width", "m ≥ C log(n/δ)", few, m, CONDITION),
            Condition("signal", "‖μ‖² ≥ C σₚ² log(n/δ)", few, ratio, CONDITION),
            Condition("init", "σ₀ ≤ 1 / (C max{σₚd/√n, ‖μ‖√log(m/δ)})", start, 1.0, CONDITION),
            Condition(
                "learning rate",
                "η ≤ 1 / (C max{σₚ²d^(3/2)/(n²m√log(n/δ)), σₚ²d/n})",
                pace,
                1.0,
                CONDITION,
            ),
        ]

    def predictions(self, scales: Scales) -> list[Prediction]:
        value, flips = self.control(scales), scales.positive_rate
        benign = value >= self.constant
        bound = flips + np.exp(-value / self.constant) if benign else flips + 0.1
        formula = "p + exp(−n‖μ‖⁴ / (Cσₚ⁴d))" if benign else "p + 0.1"
        missing = (
            ""
            if benign or value <= 1 / self.constant
            else "n‖μ‖⁴ ≥ Cσₚ⁴d, or ≤ σₚ⁴d/C: between them it is silent"
        )
        return [
            Prediction(
                "fitted",
                "Θ",
                self.duration(scales),
                "mn / (ηεσₚ²d)",
                self.source,
                "Õ without logarithms",
            ),
            Prediction("training loss", "≤", self.epsilon, "ε", self.source),
            Prediction(
                "test error",
                "≤" if benign else "≥",
                bound,
                formula,
                self.source,
                "C as given",
                missing,
            ),
        ]

    def duration(self, scales: Scales) -> float:
        """mn/(ηεσₚ²d) steps."""
        return divide(1, self.epsilon * scales.noise_rate)

    def control(self, scales: Scales) -> float:
        return strength(scales)

    def level(self, scales: Scales) -> float:
        return self.constant
