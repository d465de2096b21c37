"""Augmentation of bytes: every operation against pillow, and the laws by which they are drawn."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from PIL import Image, ImageEnhance, ImageOps

from sigspike.images.augmentation import Augmentation
from sigspike.images.augmentation.augmentation import cropped
from sigspike.images.augmentation.operations import PLAIN, SIGNED, UNSIGNED, one_of_all

SIDE, SHARE = 16, 0.3


def _picture(seed):
    """Noise on a ramp, so that levels differ and none is constant."""
    generator = np.random.default_rng(seed)
    ramp = np.linspace(20, 180, SIDE)[:, None, None] + np.linspace(0, 40, SIDE)[None, :, None]
    return np.clip(ramp + generator.normal(0, 30, (SIDE, SIDE, 3)), 5, 240).astype(np.uint8)


PICTURE = _picture(0)


def affine(image, *matrix):
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST)


# Pillow's operation at ±share of the largest magnitude, and the levels by which its other rounding
# may differ.
SHIFT = int(150 / 331 * SIDE * SHARE)
THEIRS = {
    "ShearX": (lambda image, sign: affine(image, 1, sign * 0.3 * SHARE, 0, 0, 1, 0), 0),
    "ShearY": (lambda image, sign: affine(image, 1, 0, 0, sign * 0.3 * SHARE, 1, 0), 0),
    "TranslateX": (lambda image, sign: affine(image, 1, 0, -sign * SHIFT, 0, 1, 0), 0),
    "TranslateY": (lambda image, sign: affine(image, 1, 0, 0, 0, 1, -sign * SHIFT), 0),
    "Rotate": (lambda image, sign: image.rotate(sign * 30 * SHARE, Image.Resampling.NEAREST), 0),
    "Brightness": (
        lambda image, sign: ImageEnhance.Brightness(image).enhance(1 + sign * 0.9 * SHARE),
        0,
    ),
    "Color": (lambda image, sign: ImageEnhance.Color(image).enhance(1 + sign * 0.9 * SHARE), 1),
    "Contrast": (
        lambda image, sign: ImageEnhance.Contrast(image).enhance(1 + sign * 0.9 * SHARE),
        1,
    ),
    "Sharpness": (
        lambda image, sign: ImageEnhance.Sharpness(image).enhance(1 + sign * 0.9 * SHARE),
        1,
    ),
    "Posterize": (lambda image, sign: ImageOps.posterize(image, 8 - round(4 * SHARE)), 0),
    "Solarize": (lambda image, sign: ImageOps.solarize(image, 255 * (1 - SHARE)), 0),
    "Identity": (lambda image, sign: image, 0),
    "AutoContrast": (lambda image, sign: ImageOps.autocontrast(image), 1),
    "Equalize": (lambda image, sign: ImageOps.equalize(image), 0),
}


def ours(name, picture, sign):
    picture = jnp.asarray(picture)
    if name in SIGNED:
        return SIGNED[name](picture, SHARE, jnp.asarray(float(sign)))
    return UNSIGNED[name](picture, SHARE) if name in UNSIGNED else PLAIN[name](picture)


@pytest.mark.parametrize("name", THEIRS)
def test_an_operation_is_pillows(name):
    theirs, tolerance = THEIRS[name]
    for sign in (1, -1) if name in SIGNED else (1,):
        found = np.asarray(jax.jit(lambda at, sign=sign: ours(name, at, sign))(PICTURE)).astype(int)
        expected = np.asarray(theirs(Image.fromarray(PICTURE), sign)).astype(int)
        assert np.abs(found - expected).max() <= tolerance
        assert name == "Identity" or (found != PICTURE).any()


def test_constant_channels_stay():
    flat = np.full((SIDE, SIDE, 1), 77, np.uint8)
    for name in ("AutoContrast", "Equalize", "Contrast", "Sharpness", "Color"):
        np.testing.assert_array_equal(ours(name, flat, 1), flat)


def test_the_operations_are_drawn_alike():
    """Each of the 14 with probability 1/14, each of two directions alike: every image is one of
    theirs.
    """
    keys = 2800
    picture = jnp.asarray(PICTURE)
    draw = jax.jit(jax.vmap(lambda key: one_of_all(picture, SHARE, key)))
    drawn = np.asarray(draw(random.split(random.key(0), keys)))
    known, law = [], []
    for name in THEIRS:
        signs = (1, -1) if name in SIGNED else (1,)
        known += [np.asarray(ours(name, PICTURE, sign)).astype(int).ravel() for sign in signs]
        law += [1 / 14 / len(signs)] * len(signs)
    # One program rounds a level apart from another: an image is of the operation that it is nearest
    # to.
    flat, law = drawn.reshape(keys, -1).astype(int), np.array(law)
    apart = np.array([np.abs(flat - image).sum(1) for image in known])
    counts = np.bincount(apart.argmin(0), minlength=len(known))
    assert len(known) == 23
    assert all(
        np.abs(image - known[nearest]).max() <= 1
        for image, nearest in zip(flat, apart.argmin(0), strict=True)
    )
    np.testing.assert_array_less(np.abs(counts - keys * law), 4.5 * np.sqrt(keys * law))


def test_crops_and_flips_are_drawn_alike():
    """A crop is a window of the framed image, each of them as often, half of them flipped."""
    small, pad, keys = PICTURE[:5, :5], 1, 3600
    framed = np.pad(small, ((pad, pad), (pad, pad), (0, 0)))
    windows = [
        framed[row : row + 5, column : column + 5] for row in range(3) for column in range(3)
    ]
    known = [window.tobytes() for window in windows] + [
        window[:, ::-1].tobytes() for window in windows
    ]
    augmented = jax.jit(Augmentation(pad))(jnp.broadcast_to(small, (keys, 5, 5, 3)), random.key(1))
    found = [image.tobytes() for image in np.asarray(augmented)]
    counts = np.array([found.count(window) for window in known])
    assert counts.sum() == keys
    np.testing.assert_array_less(np.abs(counts - keys / 18), 4.5 * np.sqrt(keys / 18))
    alone = np.asarray(cropped(jnp.asarray(small), pad, random.key(2)))
    assert alone.tobytes() in known[:9]


def test_no_augmentation_is_none():
    images = jnp.asarray(np.stack([PICTURE, _picture(1)]))
    np.testing.assert_array_equal(Augmentation(0, False)(images, random.key(0)), images)
    twice = jax.jit(Augmentation(0, False, 2, 9))
    np.testing.assert_array_equal(twice(images, random.key(0)), twice(images, random.key(0)))
    assert (
        np.asarray(twice(images, random.key(0))) != np.asarray(twice(images, random.key(1)))
    ).any()
