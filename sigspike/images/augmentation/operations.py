"""The 14 operations of RandAugment on bytes, as torchvision and pillow do them.

``share`` in [0, 1] is that of an operation's largest magnitude, ``sign`` = ±1 one of its two
directions. What moves pixels takes the nearest one, and 0 from outside.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Key, UInt8

BINS = 31
# largest: slope, share of the side, degrees, factor − 1
SHEAR, TRANSLATE, ROTATE, BLEND = 0.3, 150 / 331, 30.0, 0.9
GREY = (0.2989, 0.587, 0.114)
Image = UInt8[Array, "row column channel"]
Pixels = Float[Array, "row column channel"]
Sign = Float[Array, ""]


def identity(image: Image) -> Image:
    """The image."""
    return image


def shear_x(image: Image, share: float, sign: Sign) -> Image:
    """Rows slide: x ← x + s y, both from the image's corner."""
    return _sampled(image, lambda x, y: (x + sign * SHEAR * share * y, y))


def shear_y(image: Image, share: float, sign: Sign) -> Image:
    """Columns slide: y ← y + s x."""
    return _sampled(image, lambda x, y: (x, y + sign * SHEAR * share * x))


def translate_x(image: Image, share: float, sign: Sign) -> Image:
    """By whole columns."""
    by = int(TRANSLATE * image.shape[1] * share)
    return _sampled(image, lambda x, y: (x - sign * by, y))


def translate_y(image: Image, share: float, sign: Sign) -> Image:
    """By whole rows."""
    by = int(TRANSLATE * image.shape[0] * share)
    return _sampled(image, lambda x, y: (x, y - sign * by))


def rotate(image: Image, share: float, sign: Sign) -> Image:
    """About the middle."""
    angle = sign * jnp.deg2rad(ROTATE * share)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    rows, columns = image.shape[0] / 2, image.shape[1] / 2

    def source(x: Any, y: Any) -> tuple[Any, Any]:
        right, down = x - columns, y - rows
        return cos * right - sin * down + columns, sin * right + cos * down + rows

    return _sampled(image, source)


def brightness(image: Image, share: float, sign: Sign) -> Image:
    """Towards or away from black."""
    return _blended(image, jnp.zeros_like(image, float), share, sign)


def color(image: Image, share: float, sign: Sign) -> Image:
    """Towards or away from grey, pixel by pixel."""
    return _blended(image, jnp.broadcast_to(_grey(image), image.shape), share, sign)


def contrast(image: Image, share: float, sign: Sign) -> Image:
    """Towards or away from the mean grey."""
    return _blended(
        image, jnp.broadcast_to(_grey(image).mean(keepdims=True), image.shape), share, sign
    )


def sharpness(image: Image, share: float, sign: Sign) -> Image:
    """Away from or towards a smooth image: means with weights 1, and 5 in the middle, over 3 × 3;
    the border stays.
    """
    values = image.astype(float)
    rows = values[:-2] + values[1:-1] + values[2:]
    window = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    smooth = jnp.round((window + 4 * values[1:-1, 1:-1]) / 13)
    return _blended(image, values.at[1:-1, 1:-1].set(smooth), share, sign)


def posterize(image: Image, share: float) -> Image:
    """Keep the upper 8 … 4 bits."""
    return image & jnp.uint8(256 - 2 ** round(4 * share))


def solarize(image: Image, share: float) -> Image:
    """Invert what is at least a threshold that falls from 255 to 0."""
    return jnp.where(image >= 255 * (1 - share), 255 - image, image)


def auto_contrast(image: Image) -> Image:
    """Stretch every channel to 0 … 255; one that is constant stays."""
    values = image.astype(float)
    low, high = values.min((0, 1), keepdims=True), values.max((0, 1), keepdims=True)
    stretched = (values - low) * 255 / jnp.where(high > low, high - low, 1)
    return jnp.where(high > low, _bytes(stretched), image)


def equalize(image: Image) -> Image:
    """Make the grey levels of every channel equally frequent."""
    return jax.vmap(_equalized, in_axes=2, out_axes=2)(image)


SIGNED: dict[str, Callable[[Image, float, Sign], Image]] = {
    "ShearX": shear_x,
    "ShearY": shear_y,
    "TranslateX": translate_x,
    "TranslateY": translate_y,
    "Rotate": rotate,
    "Brightness": brightness,
    "Color": color,
    "Contrast": contrast,
    "Sharpness": sharpness,
}
UNSIGNED: dict[str, Callable[[Image, float], Image]] = {
    "Posterize": posterize,
    "Solarize": solarize,
}
PLAIN: dict[str, Callable[[Image], Image]] = {
    "Identity": identity,
    "AutoContrast": auto_contrast,
    "Equalize": equalize,
}


def one_of_all(image: Image, share: float, key: Key[Array, ""]) -> Image:
    """One of the 14 operations, and of its directions, with equal probability."""
    which_key, sign_key = jax.random.split(key)
    sign = jnp.where(jax.random.bernoulli(sign_key), -1.0, 1.0)
    branches = [lambda at, apply=apply: apply(at, share, sign) for apply in SIGNED.values()]
    branches += [lambda at, apply=apply: apply(at, share) for apply in UNSIGNED.values()]
    branches += list(PLAIN.values())
    return lax.switch(jax.random.randint(which_key, (), 0, len(branches)), branches, image)


def _sampled(image: Image, source: Callable[[Any, Any], tuple[Any, Any]]) -> Image:
    """The image whose pixel with centre (x, y) is that of ``source(x, y)``, in units of pixels from
    the corner.
    """
    n_rows, n_columns = image.shape[:2]
    y, x = jnp.meshgrid(jnp.arange(n_rows) + 0.5, jnp.arange(n_columns) + 0.5, indexing="ij")
    from_x, from_y = source(x, y)
    column, row = jnp.floor(from_x).astype(int), jnp.floor(from_y).astype(int)
    inside = (row >= 0) & (row < n_rows) & (column >= 0) & (column < n_columns)
    taken = image[jnp.clip(row, 0, n_rows - 1), jnp.clip(column, 0, n_columns - 1)]
    return jnp.where(inside[..., None], taken, jnp.zeros_like(taken))


def _blended(image: Image, other: Pixels, share: float, sign: Sign) -> Image:
    """other + f (x − other) with f = 1 ± 0.9 share, which is x exactly where both are equal."""
    factor = 1 + sign * BLEND * share
    return _bytes(other + factor * (image.astype(float) - other))


def _grey(image: Image) -> Float[Array, "row column 1"]:
    if image.shape[-1] == 1:
        return image.astype(float)
    red, green, blue = (image[..., channel : channel + 1].astype(float) for channel in range(3))
    return jnp.floor(GREY[0] * red + GREY[1] * green + GREY[2] * blue)


def _bytes(values: Pixels) -> Image:
    return jnp.clip(values, 0, 255).astype(jnp.uint8)


def _equalized(channel: UInt8[Array, "row column"]) -> UInt8[Array, "row column"]:
    """Every level x becomes ⌊(pixels below x + s/2)/s⌋, where s = ⌊(all pixels − those of the
    highest level)/255⌋.
    """
    counts = jnp.zeros(256, int).at[channel.astype(int).ravel()].add(1)
    step = (channel.size - counts[channel.max().astype(int)]) // 255
    below = jnp.cumsum(counts) - counts
    levels = jnp.clip((below + step // 2) // jnp.maximum(step, 1), 0, 255).astype(jnp.uint8)
    return jnp.where(step > 0, levels[channel.astype(int)], channel)
