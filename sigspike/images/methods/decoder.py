"""A decoder from a network's last maps to images: transposed convolutions."""

from itertools import pairwise

import jax

from sigspike.images.networks import Params
from sigspike.images.networks.entries import Entries, Entry, uniform
from sigspike.images.ops import Maps, Outputs, conv_transpose

EDGE, FEWEST = 1, 8  # padding; channels of a hidden map at least


def decoder_entries(map_shape: tuple[int, ...], image_shape: tuple[int, ...]) -> Entries:
    """Parameters as ``torch.nn.ConvTranspose2d`` lays them out and draws them; shapes are (row,
    column, channel).

    A layer with stride s has kernels of s + 2, so that with a padding of 1 its map is s times as
    large. Every layer doubles rows and columns and halves the channels, until the map is as large
    as the image (where it is from the beginning, there is one layer, with stride 1); the last has
    the image's channels. From ResNet-18's 4 × 4 × 512 to 32 × 32 × 3 there are three: 512, 256,
    128, 3. The paper does not say what its decoder is.
    """
    n_doublings = 0
    while any(
        size * 2**n_doublings < wanted
        for size, wanted in zip(map_shape[:2], image_shape[:2], strict=True)
    ):
        n_doublings += 1
    size = 2 + 2 * EDGE if n_doublings else 1 + 2 * EDGE
    hidden = [max(map_shape[2] // 2**number, FEWEST) for number in range(1, n_doublings)]
    entries: Entries = {}
    for number, (inputs, outputs) in enumerate(pairwise([map_shape[2], *hidden, image_shape[2]])):
        law = uniform(outputs * size**2)
        entries[f"{number}.weight"] = Entry((inputs, outputs, size, size), law)
        entries[f"{number}.bias"] = Entry((outputs,), law)
    return entries


def decoded(params: Params, maps: Maps, image_shape: tuple[int, ...]) -> Outputs:
    """Images in the middle of the last map, which is as large or larger; max(0, ·) between the
    layers.
    """
    for number in range(len(params) // 2):
        kernel, bias = params[f"{number}.weight"], params[f"{number}.bias"]
        maps = jax.nn.relu(maps) if number else maps
        maps = conv_transpose(maps, kernel, bias, kernel.shape[2] - 2 * EDGE, EDGE)
    top, left = (
        (have - want) // 2 for have, want in zip(maps.shape[1:3], image_shape[:2], strict=True)
    )
    return maps[:, top : top + image_shape[0], left : left + image_shape[1]]
