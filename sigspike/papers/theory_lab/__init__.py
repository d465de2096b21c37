"""Predicted times, exponents and bounds against exact training.

They are those of Huang et al. 2025 (arXiv 2510.17526) and Han et al. 2025 (arXiv 2505.18909).
"""

from sigspike.papers.figure import Figure
from sigspike.papers.theory_lab.exponents import Exponents
from sigspike.papers.theory_lab.flagship import Flagship
from sigspike.papers.theory_lab.iota import Iota
from sigspike.papers.theory_lab.scaling import Scaling
from sigspike.papers.theory_lab.strict import Strict

FIGURES: tuple[type[Figure], ...] = (
    Scaling,
    Flagship,
    Strict,
    Exponents,
    Iota,
)
