"""PyTorch's linear layer, and the order in which it reads maps."""

from jaxtyping import Array, Float

from sigspike.images.ops.convolution import Maps


def linear(
    inputs: Float[Array, "sample in"], weight: Float[Array, "out in"], bias: Float[Array, " out"]
) -> Float[Array, "sample out"]:
    """x Wᵀ + b (``torch.nn.functional.linear``)."""
    return inputs @ weight.T + bias[None]


def flatten(maps: Maps) -> Float[Array, "sample feature"]:
    """Maps as PyTorch's linear layers read them: channel by channel, each row by row."""
    return maps.transpose(0, 3, 1, 2).reshape(maps.shape[0], -1)
