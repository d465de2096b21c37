"""CIFAR-10's airplanes against automobiles, an image patch and a noise patch.

Huang et al. 2025, appendix E.2 (arXiv 2510.17526).
"""

from typing import ClassVar

import sigspike as ss
from sigspike.papers.low_snr.image_figure import ImageFigure


class Cifar(ImageFigure):
    """Pixels / 64, d = 32 · 32 · 3 = 3072 a patch, 1000 test images, 6 seeds."""

    name: ClassVar[str] = "cifar"
    caption: ClassVar[str] = (
        "One patch shows the image, the other Gaussian noise: "
        "memorisation against signal, training loss and test "
        "accuracy; median and 10–90 % band over seeds (images, noise and initial weights)."
    )
    needs: ClassVar[str] = "CIFAR-10"

    def problem(self) -> ss.ImagePatches:
        folder = self.find("CIFAR-10")
        assert folder is not None
        return ss.ImagePatches.cifar10(folder, classes=(0, 1), noise_std=5.0, normalization=64.0)

    def source(self) -> str:
        return "CIFAR-10, airplane against automobile"

    def n_test(self) -> int:
        return 1000

    def training(self) -> tuple[float, int, int]:
        return (0.001, 100_000, 6) if self.scale == "paper" else (0.005, 10_000, 6)
