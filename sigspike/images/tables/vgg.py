"""Presets without batch norm or augmentation: VGG-11 on two classes, VGG-16 with label noise.

The first is of Han et al. 2025 (arXiv 2505.18909), the second of Huang et al. 2025 (arXiv
2510.17526).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from sigspike.images.augmentation import Augmentation
from sigspike.images.data import CIFAR10, Dataset, fewer, of_classes, with_high_frequency_noise
from sigspike.images.methods import CrossEntropy, Method
from sigspike.images.networks import VGG
from sigspike.images.noise import Law, Symmetric
from sigspike.images.tables.rows import Setting
from sigspike.images.tables.table import Published, Table
from sigspike.images.training import SGD, Training

PLAIN = Augmentation(0, False)
RADIUS = 8.0  # cycles an image
LEVELS = (0.0, 0.1, 0.2, 0.4)


class TwoStages(Table):
    """Han et al. 2025: airplane against automobile, a fifth of the labels flipped, exactly; clean
    samples are fitted first.

    The paper states VGG-11, no augmentation, and nothing of the rest: 60 epochs of plain SGD with
    learning rate .02 and batches of 128 are ours.
    """

    name: ClassVar[str] = "airplanes-vgg11-flipped"
    about: ClassVar[str] = "airplane and automobile, VGG-11, no augmentation (Han et al. 2025)"
    remark: ClassVar[str] = "the paper gives curves and no numbers"
    columns: ClassVar[Mapping[str, Law]] = {"flipped .2": Symmetric(0.2)}
    published: ClassVar[Published] = {"CE": (), "small loss": ()}

    def load(self, data_dir: Path) -> Dataset:
        return of_classes(CIFAR10(data_dir).load(), ("airplane", "automobile"))

    def training(self, column: str, dataset: Dataset) -> Training:
        return Training(
            VGG(dataset.n_classes),
            optimiser=SGD(learning_rate=0.02, weight_decay=0.0, momentum=0.0),
            augmentation=PLAIN,
            epochs=60,
            batch_size=128,
        )


class LabelNoiseOfVGG(Table):
    """Huang et al. 2025: full-batch gradient descent against label-noise gradient descent with p =
    .2 on VGG-16.

    Columns: the rebuttal's 10 000 images with learning rate .02, where label noise gains about 2
    points; and figure 1's 1 000 images, 100 of each class, with learning rate .05, 5 000 epochs and
    Gaussian noise on the high frequencies, whose levels and radius are ours (σ of a pixel's range,
    above 8 cycles), the paper gives none. The epochs of the first are not stated; all have 5 000.
    """

    name: ClassVar[str] = "cifar10-vgg16-label-noise"
    about: ClassVar[str] = (
        "CIFAR-10, VGG-16, full batch, no augmentation or batch norm (Huang et al. 2025, "
        "figure 1 and rebuttal)"
    )
    remark: ClassVar[str] = (
        "published: label noise gains about 2 points on 10 000 images; figure 1 gives curves"
    )
    columns: ClassVar[Mapping[str, Law]] = {"10000 images": Symmetric(0.0)} | {
        f"1000 images, σ {level:g}": Symmetric(0.0) for level in LEVELS
    }
    published: ClassVar[Published] = {"GD": (), "label-noise GD": ()}

    def load(self, data_dir: Path) -> Dataset:
        return CIFAR10(data_dir).load()

    def images(self, column: str, dataset: Dataset, seed: int) -> Dataset:
        number, _, level = column.partition(" images, σ ")
        images = fewer(dataset, min(int(number.split()[0]), len(dataset.labels)), seed)
        return with_high_frequency_noise(images, float(level), RADIUS, seed) if level else images

    def training(self, column: str, dataset: Dataset) -> Training:
        rate = 0.05 if "σ" in column else 0.02
        return Training(
            VGG(dataset.n_classes, depth=16),
            optimiser=SGD(learning_rate=rate, weight_decay=0.0, momentum=0.0),
            augmentation=PLAIN,
            epochs=5000,
            batch_size=len(dataset.labels),
        )

    def method(self, row: str, setting: Setting) -> Method:
        return CrossEntropy() if row == "GD" else super().method(row, setting)
