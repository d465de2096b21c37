"""Tables of robust feature learning: its training, and CIFAR-10 and -100.

Tai et al. 2023 (arXiv 2307.04312), "Robust feature learning against noisy labels".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from sigspike.images.augmentation import Augmentation
from sigspike.images.data import CIFAR10, CIFAR100, Dataset
from sigspike.images.methods import Method, RobustFeatures
from sigspike.images.networks import ResNet
from sigspike.images.noise import Asymmetric, Law, Symmetric
from sigspike.images.tables.rows import Setting
from sigspike.images.tables.table import Accuracy, Published, Table
from sigspike.images.training import SGD, Milestones, Training


class OfRobustFeatures(Table):
    """ResNet-18, 300 epochs of SGD: learning rate .1, times .1 at 50 and 75 %; momentum .9, decay
    10⁻⁴, batch 128.

    Symmetric noise goes to the other classes, asymmetric noise to the next one, the same share of
    every class. The augmentation (crops in a frame of 4 pixels, flips) is the usual one, which the
    paper does not state.
    """

    def load(self, data_dir: Path) -> Dataset:
        return CIFAR10(data_dir).load()

    def training(self, column: str, dataset: Dataset) -> Training:
        return Training(
            ResNet(dataset.n_classes),
            optimiser=SGD(learning_rate=0.1, weight_decay=1e-4, momentum=0.9),
            schedule=Milestones((150, 225), 0.1),
            augmentation=Augmentation(4, True),
            epochs=300,
            batch_size=128,
        )


def symmetric(*rates: float) -> dict[str, Law]:
    """Columns of symmetric noise."""
    return {f"symmetric {rate:g}": Symmetric(rate, per_class=True) for rate in rates}


def _both(best: tuple[float | None, ...], last: tuple[float | None, ...]) -> tuple[Accuracy, ...]:
    return tuple(Accuracy(*pair) for pair in zip(best, last, strict=True))


def _alone(*best: float | None) -> tuple[Accuracy | None, ...]:
    return tuple(None if value is None else Accuracy(value, None) for value in best)


class OfCIFAR10(OfRobustFeatures):
    """Table 1."""

    name: ClassVar[str] = "cifar10-resnet18-noisy"
    about: ClassVar[str] = "CIFAR-10, ResNet-18 (Tai et al. 2023, table 1)"
    remark: ClassVar[str] = (
        "best: the epoch with the highest accuracy on the test images, as in the paper"
    )
    columns: ClassVar[Mapping[str, Law]] = (
        {"clean": Symmetric(0.0)}
        | symmetric(0.2, 0.4, 0.6, 0.8)
        | {
            f"asymmetric {rate:g}": Asymmetric(rate, "next", per_class=True)
            for rate in (0.1, 0.2, 0.3, 0.4)
        }
    )
    published: ClassVar[Published] = {
        "CE": _both(
            (93.26, 82.46, 78.73, 68.30, 38.42, 88.25, 85.63, 83.82, 78.31),
            (93.08, 80.88, 62.56, 39.76, 16.94, 87.87, 81.56, 70.19, 56.87),
        ),
        "Forward": _both(
            (95.64, 92.39, 87.87, 77.21, 22.38, 92.22, 85.87, 65.53, 17.51),
            (95.30, 92.35, 81.19, 45.71, 10.02, 90.30, 79.12, 64.47, 8.48),
        ),
        "GCE": _both(
            (92.35, 90.82, 88.24, 83.20, 59.50, 91.51, 90.62, 89.94, 88.85),
            (92.19, 90.81, 88.02, 82.58, 58.96, 91.37, 90.48, 89.71, 88.71),
        ),
        "Bootstrap": _both(
            (95.63, 86.54, 80.00, 74.22, 51.47, 91.09, 87.02, 85.88, 82.36),
            (95.51, 86.54, 69.39, 45.98, 21.03, 90.66, 83.35, 71.76, 60.59),
        ),
        "IMAE": _both(
            (91.37, 89.93, 86.25, 76.71, 36.62, 90.35, 88.66, 85.96, 82.36),
            (91.35, 88.87, 85.87, 68.00, 31.20, 90.20, 88.22, 82.72, 60.59),
        ),
        "SL": _both(
            (95.33, 91.09, 87.11, 80.13, 44.90, 91.78, 89.73, 87.09, 77.45),
            (95.24, 90.95, 86.06, 65.76, 24.27, 91.51, 88.69, 74.83, 60.52),
        ),
        "JO": _both(
            (95.26, 90.01, 85.90, 78.41, 59.41, 92.08, 91.27, 90.41, 87.56),
            (95.17, 87.56, 76.95, 56.87, 28.35, 91.46, 84.17, 74.43, 62.50),
        ),
        "RFL": _both(
            (95.37, 94.42, 93.02, 90.75, 85.83, 95.17, 95.05, 94.74, 94.64),
            (95.12, 94.34, 92.72, 90.52, 85.22, 94.95, 94.74, 94.52, 94.49),
        ),
    }


class OfCIFAR100(OfRobustFeatures):
    """Table 2. PENCIL diverges at .8 ("fail")."""

    name: ClassVar[str] = "cifar100-resnet18-symmetric"
    about: ClassVar[str] = "CIFAR-100, ResNet-18 (Tai et al. 2023, table 2)"
    remark: ClassVar[str] = (
        "the paper gives one number, compared with our best: on the test images, as there"
    )
    columns: ClassVar[Mapping[str, Law]] = {"clean": Symmetric(0.0)} | symmetric(0.2, 0.4, 0.6, 0.8)
    published: ClassVar[Published] = {
        "CE": _alone(75.41, 58.72, 48.20, 37.41, 18.10),
        "Forward": _alone(None, 63.16, 54.65, 44.62, 24.83),
        "GCE": _alone(None, 67.61, 62.64, 53.16, 29.16),
        "PENCIL": _alone(None, 73.86, 69.12, 57.79, None),
        "RFL": _alone(75.34, 72.20, 69.17, 62.98, 40.09),
    }

    def load(self, data_dir: Path) -> Dataset:
        return CIFAR100(data_dir).load()


class Ablation(OfRobustFeatures):
    """Table 4: which terms of RFL do what; + (B) has a fixed α = 1, and so has + (C)."""

    name: ClassVar[str] = "cifar10-resnet18-ablation"
    about: ClassVar[str] = (
        "CIFAR-10: terms of RFL, (A) bootstrap, (B) restoration, "
        "(C) clusters (Tai et al. 2023, table 4)"
    )
    remark: ClassVar[str] = (
        "the paper gives one number, compared with our best: on the test images, as there"
    )
    columns: ClassVar[Mapping[str, Law]] = symmetric(0.6, 0.8)
    published: ClassVar[Published] = {
        "CE": _alone(68.30, 38.42),
        "A": _alone(88.82, 16.06),
        "B": _alone(79.63, 58.92),
        "C": _alone(78.91, 21.91),
        "A+B": _alone(88.57, 45.30),
        "A+C": _alone(89.73, 19.51),
        "A+B+C": _alone(90.75, 85.83),
    }

    def method(self, row: str, setting: Setting) -> Method:
        if row not in self.published or row == "CE":
            return super().method(row, setting)
        return RobustFeatures(bootstrap="A" in row, restoration="B" in row, clusters="C" in row)
