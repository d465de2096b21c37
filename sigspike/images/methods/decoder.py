"""A decoder from features to images: transposed convolutions."""

import jax
from jaxtyping import Array, Float

from sigspike.images.networks import Params
from sigspike.images.networks.entries import Entries, Entry, uniform
from sigspike.images.ops import Maps, conv_transpose

SIDE, KERNEL = 4, 4  # of the first map, and of every kernel


def decoder_entries(n_features: int, image_shape: tuple[int, ...], width: int) -> Entries:
    """Parameters as ``torch.nn.ConvTranspose2d`` lays them out and draws them.

    The first layer spreads features over a 4 × 4 map of ``width`` channels; each further one doubles rows and columns
    and halves the channels, and the last has the image's: with 32 pixels four layers in all. The paper does not
    say what its decoder is.
    """
    n_doublings = _n_doublings(image_shape)
    channels = [n_features] + [max(width // 2**number, 8) for number in range(n_doublings)] + [image_shape[2]]
    entries: Entries = {}
    for number, (inputs, outputs) in enumerate(zip(channels[:-1], channels[1:], strict=True)):
        law = uniform(outputs * KERNEL**2)
        entries[f"{number}.weight"] = Entry((inputs, outputs, KERNEL, KERNEL), law)
        entries[f"{number}.bias"] = Entry((outputs,), law)
    return entries


def decoded(params: Params, features: Float[Array, "sample feature"], image_shape: tuple[int, ...]) -> Maps:
    """Images in the middle of the last map, which is as large or larger; max(0, ·) between the layers."""
    maps = features[:, None, None]
    for number in range(len(params) // 2):
        maps = jax.nn.relu(maps) if number else maps
        stride, padding = (2, 1) if number else (1, 0)
        maps = conv_transpose(maps, params[f"{number}.weight"], params[f"{number}.bias"], stride, padding)
    top, left = ((have - want) // 2 for have, want in zip(maps.shape[1:3], image_shape, strict=False))
    return maps[:, top : top + image_shape[0], left : left + image_shape[1]]


def _n_doublings(image_shape: tuple[int, ...]) -> int:
    """The least number of doublings of 4 pixels that gives an image's longer side."""
    number = 0
    while SIDE * 2**number < max(image_shape[:2]):
        number += 1
    return number
