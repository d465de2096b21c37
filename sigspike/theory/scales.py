"""The scales of an experiment: the symbols of the theorems as plain numbers."""

import math
from dataclasses import dataclass, replace

import numpy as np

from sigspike.simulation.experiment import Experiment


@dataclass(frozen=True)
class Scales:
    """n, m, d, q, ‖μ‖, σ_p, σ_0, η, the flip rate p of the algorithm and τ₊, τ₋ of the data, in
    double precision.

    They need no experiment: at d = 1e30 the theorems are asked about scales alone. What is beyond
    double precision is ∞ or 0, and never an exception: a condition so large on its smaller side
    fails, and one with 0 or ∞ on both sides has no ratio and does not hold.
    """

    n_samples: float
    width: float
    dim: float
    signal_strength: float
    noise_std: float
    init_std: float
    learning_rate: float
    flip_rate: float = 0.0
    positive_rate: float = 0.0
    negative_rate: float = 0.0
    power: float = 2.0

    def __post_init__(self) -> None:
        for name, value in vars(self).copy().items():
            object.__setattr__(self, name, np.float64(value))

    @classmethod
    def of(cls, experiment: Experiment) -> "Scales":
        """The scales of an experiment on a signal–noise problem."""
        problem, network, algorithm = experiment.problem, experiment.network, experiment.algorithm
        return cls(
            n_samples=float(experiment.n_samples),
            width=float(network.neurons),
            dim=float(problem.patch_dim),
            signal_strength=float(getattr(problem, "signal_strength", math.nan)),
            noise_std=float(getattr(problem, "noise_std", math.nan)),
            init_std=float(network.init_std),
            learning_rate=float(algorithm.learning_rate),
            flip_rate=float(getattr(algorithm.labels, "flip_rate", 0.0)),
            positive_rate=float(getattr(problem, "flip_rate_positive", 0.0)),
            negative_rate=float(getattr(problem, "flip_rate_negative", 0.0)),
            power=float(getattr(getattr(network, "activation", None), "power", math.nan)),
        )

    def in_units_of_noise(self) -> "Scales":
        """The same experiment with σ_p = 1: x → x/σ_p, w → σ_p w, η → σ_p² η. No theorem can tell
        the difference, and no power of a tiny or huge σ_p is taken.
        """
        std = self.noise_std
        strength, rate = divide(self.signal_strength, std), self.learning_rate * std * std
        return replace(
            self,
            signal_strength=strength,
            noise_std=1.0,
            init_std=self.init_std * std,
            learning_rate=rate,
        )

    @property
    def noise_square(self) -> float:
        """σ_p² d, the squared length of a noise."""
        return self.noise_std**2 * self.dim

    @property
    def snr(self) -> float:
        """‖μ‖ / (σ_p √d)."""
        return divide(self.signal_strength, np.sqrt(self.noise_square))

    @property
    def n_snr2(self) -> float:
        """n · SNR²."""
        return self.n_samples * self.snr**2

    @property
    def initial_noise(self) -> float:
        """σ_0 σ_p √d, the size of ⟨w0, ξ⟩."""
        return self.init_std * np.sqrt(self.noise_square)

    @property
    def initial_signal(self) -> float:
        """σ_0 ‖μ‖, the size of ⟨w0, μ⟩."""
        return self.init_std * self.signal_strength

    @property
    def noise_rate(self) -> float:
        """a = η σ_p² d / (n m), the relative change of a noise coefficient in a step."""
        return self.learning_rate * self.noise_square / (self.n_samples * self.width)

    @property
    def signal_rate(self) -> float:
        """η ‖μ‖² / m = a · n·SNR², the same of a signal coefficient."""
        return self.learning_rate * self.signal_strength**2 / self.width


def divide(top: float, bottom: float) -> float:
    """top / bottom, ∞ (or NaN for 0/0) where the bottom is 0."""
    if bottom == 0:
        return math.nan if top == 0 else math.inf
    return top / bottom
