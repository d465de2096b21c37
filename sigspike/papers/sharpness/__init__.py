"""Chen et al. 2023, "Why does sharpness-aware minimization generalize better than SGD?" (arXiv
2310.07269).
"""

from sigspike.papers.figure import Figure
from sigspike.papers.sharpness.heatmap import HeatMap

FIGURES: tuple[type[Figure], ...] = (HeatMap,)
