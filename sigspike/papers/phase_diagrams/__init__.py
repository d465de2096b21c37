"""Phase diagrams of GD, label-noise GD and label smoothing, over SNR, flip rate and width.

Huang et al. 2025 (arXiv 2510.17526) has two of them (over SNR and n); its reviewers ask for the
width, the flip rate and label smoothing.
"""

from sigspike.papers.figure import Figure
from sigspike.papers.phase_diagrams.snr_flip_rate import SnrFlipRate
from sigspike.papers.phase_diagrams.snr_width import SnrWidth
from sigspike.papers.phase_diagrams.width_flip_rate import WidthFlipRate

FIGURES: tuple[type[Figure], ...] = (SnrFlipRate, SnrWidth, WidthFlipRate)
