"""One pass of a batch through named layers."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Num

from sigspike.images.ops import Maps, Outputs, Statistics, batch_norm, conv, linear

Params = dict[str, Float[Array, "..."]]
Buffers = dict[str, Num[Array, "..."]]


class Forward:
    """Layers by their names in the state_dict; batch norm leaves its new statistics in ``buffers``.

    Maps are computed in ``compute`` (None: the parameters' own precision), batch norm and linear
    layers in the parameters'.
    """

    def __init__(
        self, params: Params, buffers: Buffers, train: bool, compute: jnp.dtype | None = None
    ) -> None:
        self.params, self.buffers, self.train, self.compute = params, dict(buffers), train, compute

    def conv(self, name: str, maps: Maps, stride: int = 1, padding: int = 0) -> Outputs:
        """A convolution, with a bias where there is one."""
        kernel, bias = self.params[f"{name}.weight"], self.params.get(f"{name}.bias")
        dtype = self.compute or kernel.dtype
        bias = None if bias is None else bias.astype(dtype)
        return conv(maps.astype(dtype), kernel.astype(dtype), bias, stride, padding)

    def batch_norm(self, name: str, maps: Maps) -> Maps:
        """Batch norm; in training the statistics move and one batch more is counted."""
        running = Statistics(
            self.buffers[f"{name}.running_mean"], self.buffers[f"{name}.running_var"]
        )
        weight, bias = self.params[f"{name}.weight"], self.params[f"{name}.bias"]
        maps, after = batch_norm(maps, weight, bias, running, self.train)
        if self.train:
            self.buffers[f"{name}.running_mean"], self.buffers[f"{name}.running_var"] = after
            self.buffers[f"{name}.num_batches_tracked"] += 1
        return maps

    def linear(self, name: str, inputs: Float[Array, "sample in"]) -> Float[Array, "sample out"]:
        """A linear layer."""
        return linear(inputs, self.params[f"{name}.weight"], self.params[f"{name}.bias"])

    @property
    def precision(self) -> jnp.dtype:
        """The parameters' own."""
        return next(iter(self.params.values())).dtype
