"""What the theorems of Huang et al. 2025 share: its Assumption 3.1 (arXiv 2510.17526)."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sigspike.foundation.check import Choice
from sigspike.simulation.experiment import Experiment
from sigspike.theory.condition import Condition, Hypothesis
from sigspike.theory.scales import Scales, divide
from sigspike.theory.theorem import (
    Theorem,
    architecture,
    clean_labels,
    exponent,
    fresh_test,
)

ASSUMPTION = "Huang et al. 2025, Assumption 3.1"
SMALL_START = "σ₀σₚ√d < 1: the logarithm of its inverse is a time"


@dataclass(frozen=True)
class LowSNR(Theorem):
    """Assumption 3.1, which Theorems 3.2 and 3.3 share. L = log(d/δ).

    Quoted: all conditions, in the explicit form of the authors' rebuttal, and the lower bound on p
    of the paper. Low SNR is stated twice: SNR ≤ 1/(C√n) (``low_snr="paper"``), and n·SNR² ≤ 1/log d
    (``"rebuttal"``; C multiplies its left side here). Ours: C = 1, δ = 0.05.
    """

    control_name: ClassVar[str] = "n·SNR²"

    low_snr: str = "paper"

    def __post_init__(self) -> None:
        super().__post_init__()
        Choice(("paper", "rebuttal")).check("low_snr", self.low_snr)

    def hypotheses(self, experiment: Experiment) -> list[Hypothesis]:
        made = architecture(experiment, exponent(experiment, 2.0), orthogonal=True)
        return [
            *made,
            fresh_test(experiment),
            clean_labels(experiment),
            *self.algorithm(experiment),
        ]

    @abstractmethod
    def algorithm(self, experiment: Experiment) -> list[Hypothesis]:
        """What it takes for granted of the algorithm."""

    def conditions(self, scales: Scales) -> list[Condition]:
        s, log = scales, np.log(scales.dim / self.delta)
        size, initial = s.noise_square, s.initial_noise
        room = np.log(s.n_samples / self.delta) * max(
            s.n_samples**2, s.n_samples * (s.signal_strength / s.noise_std) ** 2
        )
        low = log * s.n_samples * s.dim**-0.25
        return [
            Condition("dimension", "d ≥ C log(n/δ) max{n², n‖μ‖²/σₚ²}", room, s.dim, ASSUMPTION),
            Condition("width", "m ≥ C log(d/δ)", log, s.width, ASSUMPTION),
            Condition("samples", "n ≥ C log(d/δ)", log, s.n_samples, ASSUMPTION),
            Condition(
                "learning rate",
                "η ≤ 1 / (C σₚ² d log(d/δ))",
                s.learning_rate * size * log,
                1.0,
                ASSUMPTION,
            ),
            Condition(
                "init, from below", "σ₀ ≥ C log(d/δ) n σₚ⁻¹ d^(−3/4)", low, initial, ASSUMPTION
            ),
            Condition(
                "init, noise small",
                "σ₀ ≤ σₚ⁻¹ d^(−1/2) / (C log(d/δ))",
                initial * log,
                1.0,
                ASSUMPTION,
            ),
            Condition(
                "init, signal small",
                "σ₀ ≤ ‖μ‖⁻¹ d^(−5/8) / (C log(d/δ))",
                s.initial_signal * s.dim**0.625 * log,
                1.0,
                ASSUMPTION,
            ),
            *self.flip_conditions(s),
            self._low_snr(s),
        ]

    def flip_conditions(self, scales: Scales) -> list[Condition]:
        """Bounds on the flip rate of the algorithm."""
        return []

    def _low_snr(self, s: Scales) -> Condition:
        if self.low_snr == "paper":
            return Condition(
                "low SNR", "SNR ≤ 1 / (C√n)", s.snr * np.sqrt(s.n_samples), 1.0, ASSUMPTION
            )
        return Condition(
            "low SNR",
            "n·SNR² ≤ 1 / (C log d)",
            s.n_snr2 * np.log(s.dim),
            1.0,
            "Huang et al. 2025, rebuttal",
        )

    def control(self, scales: Scales) -> float:
        return scales.n_snr2

    def level(self, scales: Scales) -> float:
        """1/C² from SNR ≤ 1/(C√n), or 1/(C log d)."""
        if self.low_snr == "paper":
            return 1 / np.float64(self.constant) ** 2
        return 1 / (self.constant * np.log(scales.dim))

    def overlap_bound(self, scales: Scales) -> float:
        """√(2 log(8mn/δ)), what Gaussian overlaps of all filters and noises stay below with
        probability 1 − δ.
        """
        return np.sqrt(2 * np.log(8 * scales.width * scales.n_samples / self.delta))

    def memorised(self, scales: Scales) -> float:
        """log(1/(σ₀σₚ√d)) n m / (ησₚ²d): noise from its initial size to 1 (NaN where it starts
        there).
        """
        if not 0 < scales.initial_noise < 1:
            return math.nan
        return divide(np.log(1 / scales.initial_noise), scales.noise_rate)
