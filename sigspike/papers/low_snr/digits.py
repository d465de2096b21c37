"""Handwritten 0 against 1, a digit in one patch and Gaussian noise in the other.

Huang et al. 2025, appendix E.2 (arXiv 2510.17526).
"""

from typing import ClassVar

import sigspike as ss
from sigspike.papers.low_snr.image_figure import ImageFigure
from sigspike.papers.zero_or_one import in_words, most_tested, zero_or_one


class Digits(ImageFigure):
    """MNIST, pixels / 80, η = 0.001, 100 000 steps; or scikit-learn's digits, pixels / 120, η =
    0.003, 30 000 steps.
    """

    name: ClassVar[str] = "mnist"
    caption: ClassVar[str] = (
        "One patch shows the digit, the other Gaussian noise: "
        "memorisation against signal, training loss and test "
        "accuracy; median and 10–90 % band over seeds (images, noise and initial weights)."
    )

    def problem(self) -> ss.ImagePatches:
        return zero_or_one(self.find("MNIST"))

    def source(self) -> str:
        return in_words(self.find("MNIST"))

    def n_test(self) -> int:
        return most_tested(self.find("MNIST"))

    def training(self) -> tuple[float, int, int]:
        if self.scale != "paper":
            return 0.01, 5_000, 4
        return (0.001, 100_000, 8) if self.find("MNIST") else (0.003, 30_000, 8)
