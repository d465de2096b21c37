"""Figures of Kou et al. 2023 (arXiv 2303.04145).

"Benign overfitting for two-layer ReLU convolutional networks", ICML 2023.
"""

from sigspike.papers.benign_overfitting.heatmap import HeatMap
from sigspike.papers.benign_overfitting.initial_weights import InitialWeights
from sigspike.papers.figure import Figure

FIGURES: tuple[type[Figure], ...] = (HeatMap, InitialWeights)
