"""Paper A: "How does label noise gradient descent improve generalization in the low SNR regime?" (arXiv 2510.17526)."""

from sigspike.papers.figure import Figure
from sigspike.papers.low_snr.digits import Digits
from sigspike.papers.low_snr.dynamics import Dynamics
from sigspike.papers.low_snr.phase_diagram import PhaseDiagram

FIGURES: tuple[type[Figure], ...] = (Dynamics, PhaseDiagram, Digits)
