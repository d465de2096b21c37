"""What an image network must say of itself: its state_dict, and its layers up to the logits."""

from abc import abstractmethod
from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import Checked, choice, count
from sigspike.images.networks.entries import Entries, draw
from sigspike.images.networks.forward import Buffers, Forward, Params
from sigspike.images.ops import Maps, Outputs

Answers = tuple[Float[Array, "sample class"], Float[Array, "sample feature"], Outputs]


class Output(NamedTuple):
    """Logits, the input of the last linear layer, the last maps before they are pooled, and the
    buffers after this batch (those given, when not training).
    """

    logits: Float[Array, "sample class"]
    features: Float[Array, "sample feature"]
    maps: Outputs
    buffers: Buffers


class ImageNetwork(Checked):
    """A network whose parameters and buffers are PyTorch's state_dict: flat dictionaries with its
    names and layouts.

    Images are (sample, row, column, channel), parameters lie as PyTorch's. Buffers are the running
    statistics of batch norm and, as an integer, the batches seen. With ``compute`` = "bfloat16"
    convolutions are computed in that, while parameters, statistics, features and logits stay as
    they are.
    """

    n_classes: int = count("classes C (0: those of the data)", low=0, default=0)
    width: int = count("channels of the first stage", default=64, kw_only=True)
    in_channels: int = count(
        "channels of an image (0: those of the data)", low=0, default=3, kw_only=True
    )
    compute: str = choice("full", "bfloat16", default="full", kw_only=True)

    def of_data(self, n_classes: int, in_channels: int) -> "ImageNetwork":
        """The same with the data's own numbers, where it leaves them open."""
        return replace(
            self,
            n_classes=self.n_classes or n_classes,
            in_channels=self.in_channels or in_channels,
        )

    @abstractmethod
    def entries(self) -> Entries:
        """The state_dict in PyTorch's order: names, shapes, laws of initial values."""

    @abstractmethod
    def layers(self, forward: Forward, images: Maps) -> Answers:
        """Logits, features, and the last maps."""

    def init(self, key: Key[Array, ""]) -> tuple[Params, Buffers]:
        """Initial parameters, drawn by the law of the code whose names they have, and buffers."""
        for name in ("n_classes", "in_channels"):
            if not getattr(self, name):
                raise Refusal(f"`{name}` must be above 0 for initial values, got 0")
        entries = self.entries()
        values = jax.jit(lambda key: draw(entries, key))(key)
        params = {name: values[name] for name, entry in entries.items() if not entry.buffer}
        return params, {name: values[name] for name, entry in entries.items() if entry.buffer}

    def __call__(self, params: Params, buffers: Buffers, images: Maps, train: bool) -> Output:
        """Logits of a batch: with its own statistics when training, else with the running ones."""
        if images.ndim != 4 or images.shape[-1] != self.in_channels:
            expected = f"(sample, row, column, {self.in_channels})"
            raise Refusal(f"`images` must have shape {expected}, got {images.shape}")
        forward = Forward(
            params, buffers, train, jnp.dtype(jnp.bfloat16) if self.compute == "bfloat16" else None
        )
        return Output(*self.layers(forward, images), forward.buffers)
