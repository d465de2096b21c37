"""PyTorch's two-dimensional convolution."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

# Rows and columns between samples and channels: a layer may change their number.
Maps = Float[Array, "sample _ _ channel"]
Outputs = Float[Array, "sample _ _ out"]
Kernel = Float[Array, "out channel height width"]
PATCHES = 2**20  # numbers of them in memory at a time: few enough for the cache


def conv(
    images: Maps,
    kernel: Kernel,
    bias: Float[Array, " out"] | None = None,
    stride: int = 1,
    padding: int = 0,
) -> Outputs:
    """y[n, i, j, o] = b_o + Σ_{c,u,v} kernel[o, c, u, v] x[n, s i + u − p, s j + v − p, c], zero
    outside the image.

    ``padding`` zeros stand on every side, as in ``torch.nn.functional.conv2d``: 'SAME' puts them
    elsewhere when the stride is 2. The result has ⌊(size + 2p − k)/s⌋ + 1 rows and columns.
    """
    product = _quick_on_cpu if jax.default_backend() == "cpu" else _convolution
    answer = product(images, kernel, stride, padding)
    return answer if bias is None else answer + bias[None, None, None]


def _convolution(images: Maps, kernel: Kernel, stride: int, padding: int) -> Outputs:
    edges, layout = [(padding, padding)] * 2, ("NHWC", "OIHW", "NHWC")
    return lax.conv_general_dilated(
        images, kernel, (stride, stride), edges, dimension_numbers=layout
    )


# XLA's gradient by the kernel is on CPU a convolution with a kernel as large as the image, several
# times slower than the product of matrices that it is. A rule for the tangent serves both
# directions of differentiation.
_quick_on_cpu = jax.custom_jvp(_convolution, nondiff_argnums=(2, 3))


@partial(_quick_on_cpu.defjvp, symbolic_zeros=True)
def _tangent(stride: int, padding: int, primals: Any, tangents: Any) -> Any:
    (images, kernel), (by_images, by_kernel) = primals, tangents
    answer = _quick_on_cpu(images, kernel, stride, padding)
    change = jnp.zeros_like(answer)
    if not isinstance(by_images, SymbolicZero):
        change += _quick_on_cpu(by_images, kernel, stride, padding)
    if not isinstance(by_kernel, SymbolicZero):
        change += _by_patches(images, by_kernel, stride, padding)
    return answer, change


def _by_patches(images: Maps, kernel: Kernel, stride: int, padding: int) -> Outputs:
    """The same convolution as a product of matrices, a few samples at a time."""
    out, _, height, width = kernel.shape
    edge = (padding, padding)
    padded = jnp.pad(images, ((0, 0), edge, edge, (0, 0)))
    rows = (padded.shape[1] - height) // stride + 1
    columns = (padded.shape[2] - width) // stride + 1
    matrix = kernel.transpose(2, 3, 1, 0).reshape(-1, out)

    @jax.checkpoint  # patches are the image many times over: made again rather than kept
    def product(some: Array, matrix: Array) -> Array:
        patches = [
            some[
                :,
                u : u + stride * (rows - 1) + 1 : stride,
                v : v + stride * (columns - 1) + 1 : stride,
            ]
            for u in range(height)
            for v in range(width)
        ]
        return jnp.concatenate(patches, axis=-1).reshape(-1, len(matrix)) @ matrix

    fitting = PATCHES // (rows * columns * len(matrix))
    size = max(
        size
        for size in range(1, len(images) + 1)
        if len(images) % size == 0 and size <= max(1, fitting)
    )
    parts = padded.reshape(-1, size, *padded.shape[1:])
    answers = (
        product(padded, matrix)
        if len(parts) == 1
        else lax.map(lambda some: product(some, matrix), parts)
    )
    return answers.reshape(-1, rows, columns, out)
