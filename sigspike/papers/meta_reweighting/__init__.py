"""Figures of arXiv 2510.12209, on meta-learning with noisy labels.

The paper is "Revisiting meta-learning with noisy labels: reweighting dynamics".
"""

from sigspike.papers.figure import Figure
from sigspike.papers.meta_reweighting.ablation import SurrogateAblation
from sigspike.papers.meta_reweighting.kernel_map import KernelMap
from sigspike.papers.meta_reweighting.perturbation import Perturbation
from sigspike.papers.meta_reweighting.phases import Phases
from sigspike.papers.meta_reweighting.surrogate import Surrogate

FIGURES: tuple[type[Figure], ...] = (
    Phases,
    Perturbation,
    KernelMap,
    Surrogate,
    SurrogateAblation,
)
