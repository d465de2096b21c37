"""Handwritten 0 against 1, a digit in one patch and Gaussian noise in the other.

Huang et al. 2025, appendix E.2 (arXiv 2510.17526).
"""

from pathlib import Path
from typing import ClassVar

import sigspike as ss
from sigspike.papers.low_snr.image_figure import ImageFigure


def zero_or_one(folder: Path | None) -> ss.ImagePatches:
    """MNIST where there is a folder, with pixels / 80; scikit-learn's digits otherwise, with pixels / 120.

    The latter are enlarged and blocky, a stronger signal: at 120 they are about as hard as MNIST at 80.
    """
    if folder is None:
        return ss.ImagePatches.digits(classes=(0, 1), noise_std=5.0, normalization=120.0)
    return ss.ImagePatches.mnist(folder, classes=(0, 1), noise_std=5.0, normalization=80.0)


def in_words(folder: Path | None) -> str:
    """Which digits these are."""
    return "MNIST 0 against 1" if folder is not None else "Scikit-learn's digits 0 against 1, enlarged to 28 × 28"


def most_tested(folder: Path | None) -> int:
    """200 test digits, as in the paper; 150 of scikit-learn's 159."""
    return 200 if folder is not None else 150


class Digits(ImageFigure):
    """MNIST, pixels / 80, η = 0.001, 100 000 steps; or scikit-learn's digits, pixels / 120, η = 0.003, 30 000 steps."""

    name: ClassVar[str] = "mnist"
    caption: ClassVar[str] = (
        "One patch shows the digit, the other Gaussian noise: memorisation against signal, training loss and test "
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
