"""Theorems that can be computed: conditions, predicted times, bounds, phase boundaries."""

from sigspike.theory.benign_overfitting import BenignOverfitting as BenignOverfitting
from sigspike.theory.boundary import excess as excess
from sigspike.theory.boundary import predicted_boundary as predicted_boundary
from sigspike.theory.boundary import predicted_phase as predicted_phase
from sigspike.theory.condition import Condition as Condition
from sigspike.theory.condition import Hypothesis as Hypothesis
from sigspike.theory.condition import Prediction as Prediction
from sigspike.theory.consistency import choose as choose
from sigspike.theory.consistency import consistent_scaling as consistent_scaling
from sigspike.theory.consistency import first_dimension as first_dimension
from sigspike.theory.consistency import rebuttal_example as rebuttal_example
from sigspike.theory.gradient_descent_memorises import (
    GradientDescentMemorises as GradientDescentMemorises,
)
from sigspike.theory.label_noise_learns import LabelNoiseLearns as LabelNoiseLearns
from sigspike.theory.ntk import empirical_ntk as empirical_ntk
from sigspike.theory.ntk import infinite_ntk as infinite_ntk
from sigspike.theory.scales import Scales as Scales
from sigspike.theory.smooth_activation import SmoothActivation as SmoothActivation
from sigspike.theory.theorem import Report as Report
from sigspike.theory.theorem import Theorem as Theorem
from sigspike.theory.two_stages import CleanLabels as CleanLabels
from sigspike.theory.two_stages import TwoStages as TwoStages

THEOREMS: dict[str, type[Theorem]] = {
    "gd-memorises": GradientDescentMemorises,
    "label-noise-learns": LabelNoiseLearns,
    "two-stages": TwoStages,
    "clean-labels": CleanLabels,
    "benign-overfitting": BenignOverfitting,
    "smooth-activation": SmoothActivation,
}
