"""Figures of Chen et al. 2023, on sharpness-aware minimisation (arXiv 2310.07269).

The paper is "Why does sharpness-aware minimization generalize better than SGD?".
"""

from sigspike.papers.figure import Figure
from sigspike.papers.sharpness.heatmap import HeatMap

FIGURES: tuple[type[Figure], ...] = (HeatMap,)
