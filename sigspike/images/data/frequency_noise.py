"""Gaussian noise on the high frequencies of images."""

from dataclasses import replace

import numpy as np
from jaxtyping import UInt8

from sigspike.foundation.check import Range
from sigspike.images.data.dataset import Dataset

Images = UInt8[np.ndarray, "image row column channel"]
CHUNK = 1024  # images at a time


def with_high_frequency_noise(
    dataset: Dataset, noise_std: float, radius: float, seed: int
) -> Dataset:
    """x + F⁻¹(1[|f| > r] F(ξ)), ξ_pixel ~ N(0, σ²) for every image and channel, rounded and cut to
    bytes.

    σ = ``noise_std`` is in units of the whole range of a pixel, |f| the length of a frequency in
    cycles an image, r = ``radius``: a share of about 1 − π r²/size² of all frequencies has noise
    (Jelassi & Li 2022, figure 1, and Huang et al. 2025, arXiv 2510.17526, figure 1, which state
    neither σ nor r). Training and test images have it.
    """
    Range(low=0).check("noise_std", noise_std)
    Range(low=0).check("radius", radius)
    generator = np.random.default_rng(seed)
    images, test = (
        _noised(at, noise_std, radius, generator) for at in (dataset.images, dataset.test_images)
    )
    name = f"{dataset.name}, noise σ {noise_std:g} above {radius:g} cycles (seed {seed})"
    return replace(dataset, name=name, images=images, test_images=test)


def _noised(
    images: Images, noise_std: float, radius: float, generator: np.random.Generator
) -> Images:
    rows, columns = images.shape[1:3]
    frequency = np.hypot(
        np.fft.fftfreq(rows)[:, None] * rows, np.fft.rfftfreq(columns)[None] * columns
    )
    high, noisy = (frequency > radius)[None, :, :, None], np.empty_like(images)
    for start in range(0, len(images), CHUNK):
        part = images[start : start + CHUNK]
        noise = 255 * noise_std * generator.standard_normal(part.shape)
        noise = np.fft.irfft2(
            high * np.fft.rfft2(noise, axes=(1, 2)), s=(rows, columns), axes=(1, 2)
        )
        noisy[start : start + CHUNK] = np.clip(np.rint(part + noise), 0, 255)
    return noisy
