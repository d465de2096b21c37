"""Real images as signal patches, Gaussian noise in the other patch."""

from pathlib import Path
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Key

from sigspike.files import cifar, digits, idx
from sigspike.files.folders import find
from sigspike.foundation.check import NONNEGATIVE, POSITIVE, Refusal, shown
from sigspike.foundation.fields import array, choice, count, number
from sigspike.models.examples import Examples
from sigspike.models.frames import Frame
from sigspike.models.problems.given_samples import (
    GivenSamples,
    as_path,
    check_clean,
    check_truth,
    drawn,
)


class ImagePatches(GivenSamples):
    """x = (v / c, ξ) with v an image of one of two classes and noise ξ ~ N(0, σ_p²) per pixel
    (Huang et al. 2025, arXiv 2510.17526, appendix E.2).

    ``images``, ``test_images``: (image, row, column), with a channel axis last or without;
    ``labels``, ``test_labels``: ±1; ``normalization`` c divides the pixels. A run draws its samples
    from them without replacement.

    ``layout="patch"``: the image is one patch, noise of the same size the other.
    ``layout="border"``: a canvas with ``border`` more pixels on each side; one patch shows the
    image in the middle, the other the noise around it (our reading of "noise on the border").
    """

    # How the command line makes one
    from_files: ClassVar[tuple[str, ...]] = ("mnist", "digits", "cifar10")

    images: Float[Array, "image row column *channel"] = array()
    labels: Float[Array, " image"] = array()
    test_images: Float[Array, "test row column *channel"] = array()
    test_labels: Float[Array, " test"] = array()
    noise_std: float | Float[Array, ""] = number(NONNEGATIVE, "noise standard deviation σₚ")
    normalization: float | Float[Array, ""] = number(POSITIVE, "divisor of the pixels", default=1.0)
    layout: str = choice("patch", "border", default="patch")
    border: int = count("pixels of the border", default=4)

    def __check_init__(self) -> None:
        for kind in ("", "test_"):
            images, labels = getattr(self, f"{kind}images"), getattr(self, f"{kind}labels")
            if images.ndim not in (3, 4) or not images.size:
                expected = "(image, row, column) or (image, row, column, channel), none of them 0"
                raise Refusal(f"`{kind}images` must have shape {expected}, got {images.shape}")
            check_truth(f"{kind}labels", labels, images.shape[0], "images")
            if not isinstance(images, Tracer) and not np.isfinite(np.asarray(images)).all():
                raise Refusal(
                    f"`{kind}images` must be finite, got NaN or infinite pixels; clean them first"
                )
        if self.images.shape[1:] != self.test_images.shape[1:]:
            raise Refusal(
                f"`test_images` must have images of shape {self.images.shape[1:]}, "
                f"got {self.test_images.shape[1:]}"
            )

    @classmethod
    def mnist(
        cls,
        data_dir: str | Path,
        classes: tuple[int, int] = (0, 1),
        noise_std: float = 5.0,
        normalization: float = 80.0,
        layout: str = "patch",
        border: int = 4,
        flip_rate: float = 0.0,
    ) -> "ImagePatches":
        """Two MNIST digits, the first as −1 and the second as +1.

        The four official files lie in ``data_dir`` or its ``mnist``.
        """
        data_dir = as_path("data_dir", data_dir)
        folder = find(data_dir, "MNIST") or data_dir
        parts = []
        for part in ("train", "t10k"):
            images = idx.read(folder, f"{part}-images-idx3-ubyte")
            digits = idx.read(folder, f"{part}-labels-idx1-ubyte")
            if images.ndim != 3 or digits.shape != images.shape[:1]:
                shapes = f"images {images.shape}, labels {digits.shape}"
                raise Refusal(f"`data_dir` files of {part} disagree: {shapes}; fetch them again")
            parts.append((images, digits))
        arrays = _two_classes(parts, classes, flip_rate)
        return cls(
            **arrays, noise_std=noise_std, normalization=normalization, layout=layout, border=border
        )

    @classmethod
    def digits(
        cls,
        classes: tuple[int, int] = (0, 1),
        noise_std: float = 5.0,
        normalization: float = 120.0,
        layout: str = "patch",
        border: int = 4,
        flip_rate: float = 0.0,
    ) -> "ImagePatches":
        """Two digits that come with scikit-learn, the first as −1 and the second as +1.

        They are enlarged to 28 × 28 (see ``sigspike.files.digits``). Of the 1797 images the
        first 1000 are for training, the others for testing.
        """
        images, labels = digits.read()
        parts = [(images[:1000], labels[:1000]), (images[1000:], labels[1000:])]
        arrays = _two_classes(parts, classes, flip_rate)
        return cls(
            **arrays, noise_std=noise_std, normalization=normalization, layout=layout, border=border
        )

    @classmethod
    def cifar10(
        cls,
        data_dir: str | Path,
        classes: tuple[int, int] = (0, 1),
        noise_std: float = 5.0,
        normalization: float = 64.0,
        layout: str = "patch",
        border: int = 4,
        flip_rate: float = 0.0,
    ) -> "ImagePatches":
        """Two classes of CIFAR-10 (airplane 0, automobile 1), the first as −1 and the second as +1.

        The python batches lie in ``data_dir`` or its ``cifar-10-batches-py``.
        """
        data_dir = as_path("data_dir", data_dir)
        folder = find(data_dir, "CIFAR-10") or data_dir
        parts = [cifar.read(folder, names) for names in (cifar.TRAIN, cifar.TEST)]
        arrays = _two_classes(parts, classes, flip_rate)
        return cls(
            **arrays, noise_std=noise_std, normalization=normalization, layout=layout, border=border
        )

    @property
    def patch_dim(self) -> int:
        rows, columns, *channels = self.images.shape[1:]
        extra = 2 * self.border if self.layout == "border" else 0
        return (rows + extra) * (columns + extra) * int(np.prod(channels))

    def check_sizes(self, n_samples: int, n_clean: int, n_test: int) -> None:
        sizes = ("n_samples", n_samples, self.images), ("n_test", n_test, self.test_images)
        for name, size, images in sizes:
            if size > images.shape[0]:
                raise Refusal(
                    f"`{name}` must be at most {images.shape[0]}, the number of images at hand, "
                    f"got {size}"
                )
        check_clean(n_samples, n_clean, self.labels, "images")

    def train(
        self, key: Key[Array, ""], frame: Frame, n_samples: int, n_clean: int = 0
    ) -> Examples:
        key_choice, key_noise = jax.random.split(key)
        noise = frame.gaussian(key_noise, n_samples + n_clean)
        chosen = drawn(key_choice, self.labels, n_samples, n_clean)
        label = self.flip(jax.random.fold_in(key, 1), self.labels[chosen], n_samples)
        return self._examples(self.images[chosen], self.labels[chosen], label, noise)

    def test(self, key: Key[Array, ""], frame: Frame, n_samples: int, train: Examples) -> Examples:
        key_choice, key_noise = jax.random.split(key)
        chosen = jax.random.choice(
            key_choice, self.test_images.shape[0], (n_samples,), replace=False
        )
        truth = self.test_labels[chosen]
        return self._examples(
            self.test_images[chosen], truth, truth, frame.fresh(key_noise, n_samples)
        )

    def _examples(
        self,
        images: Float[Array, "sample row column *channel"],
        truth: Float[Array, " sample"],
        label: Float[Array, " sample"],
        unit_noise: Float[Array, "sample coordinate"],
    ) -> Examples:
        n_samples, signal = unit_noise.shape[0], images / self.normalization
        if self.layout == "border":
            width = self.border
            pad = [(0, 0), (width, width), (width, width)] + [(0, 0)] * (signal.ndim - 3)
            inside = jnp.pad(jnp.ones_like(signal[0]), pad[1:]).reshape(1, -1)
            signal, unit_noise = jnp.pad(signal, pad), unit_noise * (1 - inside)
        noise = (self.noise_std * unit_noise)[:, None, :]
        return Examples(
            signal.reshape(n_samples, -1),
            truth,
            jnp.eye(n_samples)[:, None],
            noise,
            label,
            truth,
            self.layout == "border",
        )


def _two_classes(
    parts: list[tuple[np.ndarray, np.ndarray]], classes: tuple[int, int], flip_rate: float
) -> dict[str, Any]:
    """Of training and test images with their labels, those of two classes, the first as −1 and the
    second as +1; and how many labels are flipped.
    """
    arrays: dict[str, Any] = {"flip_rate_positive": flip_rate, "flip_rate_negative": flip_rate}
    for kind, (images, sides) in zip(("", "test_"), parts, strict=True):
        try:
            two = len(set(classes)) == len(classes) == 2 and all(
                label in set(sides.tolist()) for label in classes
            )
        except Exception:  # no labels at all
            two = False
        if not two:
            raise Refusal(
                f"`classes` must be two different labels of the files, got {shown(classes)}"
            )
        chosen = np.isin(sides, classes)
        arrays |= {
            f"{kind}images": images[chosen],
            f"{kind}labels": np.where(sides[chosen] == classes[1], 1, -1),
        }
    return arrays
