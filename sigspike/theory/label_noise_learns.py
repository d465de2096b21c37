"""At low SNR label-noise gradient descent learns the signal.

Huang et al. 2025, Theorem 3.3 (arXiv 2510.17526).
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sigspike.simulation.experiment import Experiment
from sigspike.theory.condition import Condition, Hypothesis, Prediction
from sigspike.theory.low_snr import ASSUMPTION, SMALL_START, LowSNR
from sigspike.theory.scales import Scales, divide
from sigspike.theory.theorem import wants
from sigspike.training.labels import Flips


@dataclass(frozen=True)
class LabelNoiseLearns(LowSNR):
    """Theorem 3.3: label-noise gradient descent has L = Θ(1), and test error ≤ 2 exp(−C d/n²), at
    some t = Θ(nm log(1/(σ₀σₚ√d))/(ησₚ²d) + m log(6/(σ₀‖μ‖))/(η‖μ‖²)).

    Its second stage rests on γ growing like exp(η‖μ‖²(t − T₁)/(16m)) while ρ oscillates. That rate
    cannot hold for small steps. At the plateau a noise coefficient changes by a factor 1 + 2a g a
    step, with a = ησₚ²d/(nm), g = 1/(1 + e^f) with probability 1 − p and −1/(1 + e^{−f}) with
    probability p. It neither grows nor falls for ever, so E log(1 + 2a g) = 0, hence E g ≈ a E g²,
    and to leading order E g² = p(1 − p). γ sees the mean of g alone (over the samples of its class,
    half of them, with σ' = 2z): its rate is (η‖μ‖²/m) E g ≈ p(1 − p) a² n·SNR², smaller than the
    printed one by the order of a. ``take-over`` is the printed time, ``take-over, second order``
    ours.
    """

    title: ClassVar[str] = "Label noise learns the signal (Huang et al. 2025, Theorem 3.3)"
    source: ClassVar[str] = "Huang et al. 2025, Theorem 3.3"

    def algorithm(self, experiment: Experiment) -> list[Hypothesis]:
        return [wants("labels", Flips, experiment.algorithm.labels)]

    def flip_conditions(self, scales: Scales) -> list[Condition]:
        least = np.log(scales.dim) / np.sqrt(scales.width * scales.n_samples)
        return [
            Condition(
                "flips, from below",
                "p ≥ C log d / √(mn)",
                least,
                scales.flip_rate,
                f"{ASSUMPTION}, not in the rebuttal",
            ),
            Condition("flips, from above", "p ≤ 1/C", scales.flip_rate, 1.0, ASSUMPTION),
        ]

    def predictions(self, scales: Scales) -> list[Prediction]:
        error = 2 * np.exp(-scales.dim / scales.n_samples**2)
        return [
            *self._times(scales),
            Prediction("test error", "≤", error, "2 exp(−d/n²)", self.source, "C = 1"),
            *_plateau(scales.flip_rate),
        ]

    def _times(self, s: Scales) -> list[Prediction]:
        """Of memorisation, and of the signal's take-over: as printed, and of second order."""
        start = self.memorised(s)
        missing = "" if math.isfinite(start) else SMALL_START
        visible = 0 < s.initial_signal < 6
        no_signal = missing or (
            "" if visible else "0 < σ₀‖μ‖ < 6: the logarithm of 6/(σ₀‖μ‖) is a time"
        )
        doublings = np.log(6 / s.initial_signal) if visible else math.nan
        variance = s.flip_rate * (1 - s.flip_rate)
        second = divide(doublings, variance * s.noise_rate * s.signal_rate)
        return [
            Prediction(
                "T1",
                "≤",
                4 * start,
                "4nm log(1/(σ₀σₚ√d)) / (ησₚ²d)",
                "Huang et al. 2025, lemmas of Theorem 3.3",
                missing=missing,
            ),
            Prediction(
                "take-over",
                "Θ",
                start + divide(doublings, s.signal_rate),
                "nm log(1/(σ₀σₚ√d)) / (ησₚ²d) + m log(6/(σ₀‖μ‖)) / (η‖μ‖²)",
                self.source,
                "constant 1 in Θ",
                no_signal,
            ),
            Prediction(
                "take-over, second order",
                "Θ",
                start + second,
                "the same with p(1−p) a η‖μ‖²/m for η‖μ‖²/m",
                "ours: zero drift of log ρ̄",
                "constant 1 in Θ",
                no_signal or ("" if s.flip_rate > 0 else "p > 0"),
            ),
        ]


def _plateau(flips: float) -> list[Prediction]:
    """Loss and margin at which ι drifts no more."""
    known, source = 0 < flips < 0.5, "ours: zero drift of ι"
    missing = "" if known else "0 < p < ½"
    return [
        Prediction(
            "loss on the step's labels",
            "→",
            entropy(flips) if known else math.nan,
            "−p log p − (1−p) log(1−p)",
            source,
            missing=missing,
        ),
        Prediction(
            "mean margin y f",
            "→",
            np.log((1 - flips) / flips) if known else math.nan,
            "log((1−p)/p)",
            source,
            missing=missing,
        ),
    ]


def entropy(rate: float) -> float:
    """H(p) = −p log p − (1 − p) log(1 − p), in nats."""
    return -rate * np.log(rate) - (1 - rate) * np.log(1 - rate)
