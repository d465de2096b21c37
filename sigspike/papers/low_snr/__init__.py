"""Figures of Huang et al. 2025 (arXiv 2510.17526).

"How does label noise gradient descent improve generalization in the low SNR regime?"
"""

from sigspike.papers.figure import Figure
from sigspike.papers.low_snr.cifar import Cifar
from sigspike.papers.low_snr.digits import Digits
from sigspike.papers.low_snr.digits_heatmap import DigitsHeatmap
from sigspike.papers.low_snr.dynamics import Dynamics
from sigspike.papers.low_snr.global_sensitivity import GlobalSensitivity
from sigspike.papers.low_snr.learning_rate import LearningRate
from sigspike.papers.low_snr.noise_laws import NoiseLaws
from sigspike.papers.low_snr.one_factor import OneFactor
from sigspike.papers.low_snr.patches import Patches
from sigspike.papers.low_snr.phase_diagram import PhaseDiagram
from sigspike.papers.low_snr.powers import Powers
from sigspike.papers.low_snr.smoothing import Smoothing
from sigspike.papers.low_snr.three_layer import ThreeLayer
from sigspike.papers.low_snr.width import Width

FIGURES: tuple[type[Figure], ...] = (
    Dynamics,
    PhaseDiagram,
    ThreeLayer,
    Digits,
    DigitsHeatmap,
    Cifar,
    NoiseLaws,
    Powers,
    Width,
    LearningRate,
    Smoothing,
    Patches,
    OneFactor,
    GlobalSensitivity,
)
