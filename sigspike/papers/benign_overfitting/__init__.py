"""Kou et al. 2023: "Benign overfitting for two-layer ReLU convolutional networks" (arXiv
2303.04145).
"""

from sigspike.papers.benign_overfitting.heatmap import HeatMap
from sigspike.papers.benign_overfitting.initial_weights import InitialWeights
from sigspike.papers.figure import Figure

FIGURES: tuple[type[Figure], ...] = (HeatMap, InitialWeights)
