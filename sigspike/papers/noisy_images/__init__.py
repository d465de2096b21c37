"""Networks on noisy labels of real images, as small as digits.

Tai et al. 2023 (arXiv 2307.04312), Huang et al. 2025 (arXiv 2510.17526), Han et al. 2025 (arXiv
2505.18909) and arXiv 2510.12209.
"""

from sigspike.papers.figure import Figure
from sigspike.papers.noisy_images.memorisation import Memorisation
from sigspike.papers.noisy_images.methods import Methods

FIGURES: tuple[type[Figure], ...] = (Memorisation, Methods)
