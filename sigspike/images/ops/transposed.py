"""PyTorch's transposed convolution."""

from jax import lax
from jaxtyping import Array, Float

from sigspike.images.ops.convolution import Maps, Outputs


def conv_transpose(
    maps: Maps,
    kernel: Float[Array, "channel out height width"],
    bias: Float[Array, " out"],
    stride: int = 1,
    padding: int = 0,
) -> Outputs:
    """y[n, i, j, o] = b_o + Σ kernel[c, o, u, v] x[n, a, b, c] over s a + u − p = i, s b + v − p =
    j: the transpose of `conv` with the same stride and padding
    (``torch.nn.functional.conv_transpose2d``).

    The result has s (size − 1) − 2p + k rows and columns.
    """
    height, width = (size - 1 - padding for size in kernel.shape[2:])
    edges = [(height, height), (width, width)]
    answer = lax.conv_general_dilated(
        maps,
        kernel[:, :, ::-1, ::-1],
        (1, 1),
        edges,
        (stride, stride),
        dimension_numbers=("NHWC", "IOHW", "NHWC"),
    )
    return answer + bias[None, None, None]
