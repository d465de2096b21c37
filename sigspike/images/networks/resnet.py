"""Residual networks of basic blocks: torchvision's ResNet-18 and -34, and CIFAR's for 32 × 32."""

import jax

from sigspike.foundation.fields import choice
from sigspike.images.networks.entries import (
    Entries,
    Entry,
    batch_norm_entries,
    he_fan_out,
    linear_entries,
    uniform,
)
from sigspike.images.networks.forward import Forward
from sigspike.images.networks.network import Answers, ImageNetwork
from sigspike.images.ops import Maps, Outputs, max_pool

BLOCKS = {10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}  # depth: blocks of the four stages
# What the two codes call the projection of a shortcut and the last layer; all other names agree.
NAMES = {"torchvision": ("downsample", "fc"), "kuangliu": ("shortcut", "linear")}


class ResNet(ImageNetwork):
    """He et al. 2016 (arXiv 1512.03385): y = relu(F(x) + x), F = bn(conv(relu(bn(conv(x))))), four
    stages of ``width``, 2, 4, 8 × ``width`` channels, of which the last three halve the image;
    features are means over it.

    ``stem`` "cifar" is one 3 × 3 convolution (github.com/kuangliu/pytorch-cifar and the codes of
    DivideMix and FINE), "imagenet" a 7 × 7 one with stride 2 and a 3 × 3 maximum with stride 2
    (torchvision). ``names`` says whose names the state_dict has, and whose law draws it:
    torchvision's convolutions are N(0, 2/fan_out), the other's PyTorch's default U(±1/√fan_in).
    Depth 10 has one block a stage.
    """

    depth: int = choice(*BLOCKS, default=18)
    stem: str = choice("cifar", "imagenet", default="cifar")
    names: str = choice(*NAMES, default="torchvision", kw_only=True)

    def entries(self) -> Entries:
        size = {"cifar": 3, "imagenet": 7}[self.stem]
        entries = self._kernel("conv1", self.in_channels, self.width, size) | batch_norm_entries(
            "bn1", self.width
        )
        inputs = self.width
        for name, outputs, stride in self._blocks():
            entries |= self._kernel(f"{name}.conv1", inputs, outputs, 3) | batch_norm_entries(
                f"{name}.bn1", outputs
            )
            entries |= self._kernel(f"{name}.conv2", outputs, outputs, 3) | batch_norm_entries(
                f"{name}.bn2", outputs
            )
            if stride > 1:
                short = f"{name}.{self._shortcut}"
                entries |= self._kernel(f"{short}.0", inputs, outputs, 1) | batch_norm_entries(
                    f"{short}.1", outputs
                )
            inputs = outputs
        return entries | linear_entries(self._last, inputs, self.n_classes)

    def layers(self, forward: Forward, images: Maps) -> Answers:
        stride, padding = {"cifar": (1, 1), "imagenet": (2, 3)}[self.stem]
        maps = jax.nn.relu(
            forward.batch_norm("bn1", forward.conv("conv1", images, stride, padding))
        )
        if self.stem == "imagenet":
            maps = max_pool(maps, window=3, stride=2, padding=1)
        for name, _, stride in self._blocks():
            maps = self._block(forward, name, maps, stride)
        maps = maps.astype(forward.precision)
        features = maps.mean((1, 2))
        return forward.linear(self._last, features), features, maps

    def _block(self, forward: Forward, name: str, maps: Maps, stride: int) -> Outputs:
        inner = jax.nn.relu(
            forward.batch_norm(f"{name}.bn1", forward.conv(f"{name}.conv1", maps, stride, 1))
        )
        inner = forward.batch_norm(f"{name}.bn2", forward.conv(f"{name}.conv2", inner, padding=1))
        if stride > 1:
            short = f"{name}.{self._shortcut}"
            maps = forward.batch_norm(f"{short}.1", forward.conv(f"{short}.0", maps, stride))
        return jax.nn.relu(inner + maps)

    def _blocks(self) -> list[tuple[str, int, int]]:
        """Name, channels and stride of every block."""
        return [
            (f"layer{stage + 1}.{block}", self.width * 2**stage, 2 if stage and not block else 1)
            for stage, n_blocks in enumerate(BLOCKS[self.depth])
            for block in range(n_blocks)
        ]

    def _kernel(self, name: str, inputs: int, outputs: int, size: int) -> Entries:
        shape = (outputs, inputs, size, size)
        law = he_fan_out(shape) if self.names == "torchvision" else uniform(inputs * size**2)
        return {f"{name}.weight": Entry(shape, law)}

    @property
    def _shortcut(self) -> str:
        return NAMES[self.names][0]

    @property
    def _last(self) -> str:
        return NAMES[self.names][1]
