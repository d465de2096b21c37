"""Figures of Han et al. 2025 (arXiv 2505.18909).

"On the role of label noise in the feature learning process", ICML 2025.
"""

from sigspike.papers.figure import Figure
from sigspike.papers.two_stages.dynamics import Dynamics
from sigspike.papers.two_stages.early_stopping import EarlyStopping
from sigspike.papers.two_stages.extensions import Extensions
from sigspike.papers.two_stages.phase_diagram import PhaseDiagram
from sigspike.papers.two_stages.selection import Selection

FIGURES: tuple[type[Figure], ...] = (Dynamics, EarlyStopping, Selection, PhaseDiagram, Extensions)
