"""PyTorch's two-dimensional convolution."""

from jax import lax
from jaxtyping import Array, Float

# Rows and columns between samples and channels: a layer may change their number.
Maps = Float[Array, "sample _ _ channel"]
Outputs = Float[Array, "sample _ _ out"]


def conv(
    images: Maps,
    kernel: Float[Array, "out channel height width"],
    bias: Float[Array, " out"] | None = None,
    stride: int = 1,
    padding: int = 0,
) -> Outputs:
    """y[n, i, j, o] = b_o + Σ_{c,u,v} kernel[o, c, u, v] x[n, s i + u − p, s j + v − p, c], zero outside the image.

    ``padding`` zeros stand on every side, as in ``torch.nn.functional.conv2d``: 'SAME' puts them elsewhere when the
    stride is 2. The result has ⌊(size + 2p − k)/s⌋ + 1 rows and columns.
    """
    answer = lax.conv_general_dilated(
        images, kernel, (stride, stride), [(padding, padding)] * 2, dimension_numbers=("NHWC", "OIHW", "NHWC")
    )
    return answer if bias is None else answer + bias[None, None, None]
