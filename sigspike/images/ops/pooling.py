"""PyTorch's pooling: the largest or the mean of windows, and means over a grid of a given size."""

import jax.numpy as jnp
import numpy as np
from jax import lax

from sigspike.images.ops.convolution import Maps


def max_pool(maps: Maps, window: int, stride: int, padding: int = 0) -> Maps:
    """The largest value of each window; what lies outside is −∞
    (``torch.nn.functional.max_pool2d``).
    """
    edges = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    return lax.reduce_window(
        maps, -jnp.inf, lax.max, (1, window, window, 1), (1, stride, stride, 1), edges
    )


def average_pool(
    maps: Maps, window: int, stride: int, padding: int = 0, ceil: bool = False
) -> Maps:
    """The mean of each window, where zeros of the padding count
    (``torch.nn.functional.avg_pool2d``).

    With ``ceil`` a last window may reach beyond the padding, unless it begins there; what lies
    beyond does not count.
    """
    sizes = maps.shape[1:3]
    beyond = [_beyond(size, window, stride, padding) if ceil else 0 for size in sizes]
    edges = ((0, 0), *((padding, padding + more) for more in beyond), (0, 0))
    total = lax.reduce_window(
        maps, 0.0, lax.add, (1, window, window, 1), (1, stride, stride, 1), edges
    )
    rows, columns = (
        _counts(size, window, stride, padding, count)
        for size, count in zip(sizes, total.shape[1:3], strict=True)
    )
    return total / jnp.asarray(np.outer(rows, columns)[None, :, :, None], maps.dtype)


def adaptive_average_pool(maps: Maps, size: int) -> Maps:
    """Means over a ``size`` × ``size`` grid: cell i spans ⌊i n/size⌋ … ⌈(i + 1) n/size⌉ of n
    (``torch.nn.functional.adaptive_avg_pool2d``).
    """
    if size == 1:
        return maps.mean((1, 2), keepdims=True)
    rows, columns = (jnp.asarray(_cells(extent, size), maps.dtype) for extent in maps.shape[1:3])
    return jnp.einsum("nrck,ir,jc->nijk", maps, rows, columns)


def _beyond(size: int, window: int, stride: int, padding: int) -> int:
    steps = -(-(size + 2 * padding - window) // stride)
    steps -= steps * stride >= size + padding
    return max(steps * stride + window - size - 2 * padding, 0)


def _counts(size: int, window: int, stride: int, padding: int, count: int) -> np.ndarray:
    """How many places of each window lie in the image or its padding."""
    start = stride * np.arange(count)
    return np.minimum(start + window, size + 2 * padding) - start


def _cells(extent: int, size: int) -> np.ndarray:
    """The matrix of means (cell, place)."""
    cell, place = np.arange(size)[:, None], np.arange(extent)[None]
    inside = (place >= cell * extent // size) & (place < -(-(cell + 1) * extent // size))
    return inside / inside.sum(1, keepdims=True)
