"""A tiny training, and how it ends by SIGKILL in the middle of an epoch.

python tests/tiny_training.py FOLDER STEP # the training, which kills itself before that step
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np

from sigspike.foundation.fields import count
from sigspike.images import data, noise
from sigspike.images.augmentation import Augmentation
from sigspike.images.networks import ImageNetwork
from sigspike.images.networks.entries import Entry, batch_norm_entries, linear_entries, uniform
from sigspike.images.ops import average_pool, flatten
from sigspike.images.training import SGD, Training, epoch, train

SIDE, N_CLASSES = 8, 3


class Tiny(ImageNetwork):
    """One convolution with batch norm, and a linear layer on means over 2 × 2 pixels of images of 8
    × 8.
    """

    width: int = count("channels", default=4, kw_only=True)

    def entries(self):
        shape = (self.width, self.in_channels, 3, 3)
        kernel = {"conv.weight": Entry(shape, uniform(9 * self.in_channels))}
        return (
            kernel
            | batch_norm_entries("bn", self.width)
            | linear_entries("fc", 16 * self.width, self.n_classes)
        )

    def layers(self, forward, images):
        maps = jax.nn.relu(forward.batch_norm("bn", forward.conv("conv", images, padding=1)))
        features = flatten(average_pool(maps, 2, 2).astype(forward.precision))
        return forward.linear("fc", features), features, maps


def _images(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A bright bar in a class's own column, on noise."""
    generator = np.random.default_rng(seed)
    labels = np.arange(size) % N_CLASSES
    images = generator.integers(0, 80, (size, SIDE, SIDE, 1))
    for image, label in zip(images, labels, strict=True):
        image[:, 1 + 2 * label] += 120
    return images.astype(np.uint8), labels


DATASET = data.Dataset("bars", *_images(0, 64), *_images(1, 60), ("left", "middle", "right"))
NOISY = noise.Symmetric(0.2)(DATASET.labels, N_CLASSES, 0)
TRAINING = Training(
    Tiny(N_CLASSES, in_channels=1),
    optimiser=SGD(0.05),
    augmentation=Augmentation(1, False),
    epochs=4,
    batch_size=24,
    eval_batch_size=40,
)


def killed(folder: Path, step: int) -> int:
    """Train in a process that is killed before that step; returns its exit code."""
    environment = os.environ | {"JAX_ENABLE_X64": str(int(jax.config.read("jax_enable_x64")))}
    command = [sys.executable, __file__, str(folder), str(step)]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    jax.config.update("jax_compilation_cache_dir", str(Path(__file__).parent.parent / ".jax_cache"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    done, stepped = iter(range(10**6)), epoch._single

    def counted(*arguments):
        if next(done) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return stepped(*arguments)

    epoch._single = counted  # type: ignore[assignment]
    train(TRAINING, DATASET, NOISY, sys.argv[1])
