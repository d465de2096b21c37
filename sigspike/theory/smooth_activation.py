"""Cao et al. (arXiv 2202.06526): benign and harmful overfitting with max(0, z)^q, q > 2."""

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
    fresh_test,
    given_labels,
)

CONDITION = "Cao et al., Condition 4.2; Õ, Ω̃ without logarithms, ours"


@dataclass(frozen=True)
class SmoothActivation(Theorem):
    """Theorems 4.3 and 4.4: signal is learnt where n·SNR^q ≥ C, noise memorised where n·SNR^q ≤
    1/C.

    Condition 4.2, in which Õ and Ω̃ hide logarithms (we leave them out): d ≥ C m² n^{max(4,
    (2q−2)/(q−2))}; n, m ≥ C log d; η ≤ min{‖μ‖⁻², σₚ⁻²d⁻¹}/C; C n d^{−1/2} min{(σₚ√d)⁻¹, ‖μ‖⁻¹} ≤
    σ₀ ≤ m^{−2/(q−2)} n^{−max(1/(q−2), 1)} min{(σₚ√d)⁻¹, ‖μ‖⁻¹}/C. Times: signal, m/(ησ₀^{q−2}‖μ‖^q)
    + m³/(ηε‖μ‖²); noise, mn/(ησ₀^{q−2}(σₚ√d)^q) + nm³/(ηεσₚ²d). The test *loss* is then ≤ 6ε +
    exp(−n²), or ≥ 0.1.
    """

    title: ClassVar[str] = (
        "Benign overfitting with a smooth activation (Cao et al., Theorems 4.3, 4.4)"
    )
    source: ClassVar[str] = "Cao et al., Theorems 4.3, 4.4"
    control_name: ClassVar[str] = "n·SNR^q"

    def hypotheses(self, experiment: Experiment) -> list[Hypothesis]:
        made = architecture(experiment, exponent(experiment, 2.0, above=True), orthogonal=True)
        return [*made, fresh_test(experiment), clean_labels(experiment), given_labels(experiment)]

    def conditions(self, scales: Scales) -> list[Condition]:
        s, n, m, q = scales, scales.n_samples, scales.width, scales.power
        room = m**2 * n ** max(4.0, (2 * q - 2) / (q - 2))
        log = np.log(s.dim)
        larger = max(np.sqrt(s.noise_square), s.signal_strength)
        initial = s.init_std * larger
        most = m ** (-2 / (q - 2)) * n ** -max(1 / (q - 2), 1.0)
        return [
            Condition("dimension", "d ≥ C m² n^max(4, (2q−2)/(q−2))", room, s.dim, CONDITION),
            Condition("samples", "n ≥ C log d", log, n, CONDITION),
            Condition("width", "m ≥ C log d", log, m, CONDITION),
            Condition(
                "learning rate",
                "η ≤ min{‖μ‖⁻², σₚ⁻²d⁻¹} / C",
                s.learning_rate * larger**2,
                1.0,
                CONDITION,
            ),
            Condition(
                "init, from below",
                "σ₀ ≥ C n d^(−1/2) min{(σₚ√d)⁻¹, ‖μ‖⁻¹}",
                n / np.sqrt(s.dim),
                initial,
                CONDITION,
            ),
            Condition(
                "init, from above",
                "σ₀ ≤ m^(−2/(q−2)) n^(−max(1/(q−2), 1)) min{(σₚ√d)⁻¹, ‖μ‖⁻¹} / C",
                initial,
                most,
                CONDITION,
            ),
        ]

    def predictions(self, scales: Scales) -> list[Prediction]:
        s, value, order = scales, self.control(scales), "constant 1 in Õ"
        learns, memorises = value >= self.constant, value <= 1 / self.constant
        length = s.signal_strength if learns else np.sqrt(s.noise_square)
        shared = 1.0 if learns else s.n_samples
        time = divide(
            shared * s.width, s.learning_rate * s.init_std ** (s.power - 2) * length**s.power
        ) + divide(shared * s.width**3, s.learning_rate * self.epsilon * length**2)
        formula = (
            "m/(ησ₀^(q−2)‖μ‖^q) + m³/(ηε‖μ‖²)"
            if learns
            else "mn/(ησ₀^(q−2)(σₚ√d)^q) + nm³/(ηεσₚ²d)"
        )
        bound = 6 * self.epsilon + np.exp(-(s.n_samples**2)) if learns else 0.1
        missing = "" if learns or memorises else "n·SNR^q ≥ C, or ≤ 1/C: between them it is silent"
        return [
            Prediction("fitted", "Θ", time, formula, self.source, order, missing),
            Prediction("training loss", "≤", self.epsilon, "ε", self.source, "", missing),
            Prediction(
                "test loss",
                "≤" if learns else "≥",
                bound,
                "6ε + exp(−n²)" if learns else "0.1",
                self.source,
                "",
                missing,
            ),
        ]

    def control(self, scales: Scales) -> float:
        return scales.n_samples * scales.snr**scales.power

    def level(self, scales: Scales) -> float:
        return self.constant
