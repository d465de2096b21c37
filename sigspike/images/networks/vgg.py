"""VGG-11 and VGG-16 without batch norm."""

from itertools import pairwise

import jax

from sigspike.foundation.fields import choice
from sigspike.images.networks.entries import ZERO, Entries, Entry, Law, he_fan_out, linear_entries
from sigspike.images.networks.forward import Forward
from sigspike.images.networks.network import Answers, ImageNetwork
from sigspike.images.ops import Maps, adaptive_average_pool, flatten, max_pool

# depth: 3 × 3 convolutions of the five stages
CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 16: (2, 2, 3, 3, 3)}
GROWTH = (1, 2, 4, 8, 8)  # channels of a stage, in those of the first
GRID = 7  # rows and columns that the classifier of the "imagenet" head reads


class VGG(ImageNetwork):
    """Simonyan & Zisserman 2014 (arXiv 1409.1556), with torchvision's names: five stages of
    relu(conv) and a 2 × 2 maximum, ``width``, 2, 4, 8, 8 × ``width`` channels.

    ``head`` "cifar" is one linear layer on the mean over the image (1 × 1 already for 32 × 32
    pixels), "imagenet" three on means over a 7 × 7 grid, 64 × ``width`` wide; their dropout is left
    out. Kernels are N(0, 2/fan_out) and biases 0; the linear layers are N(0, 0.01²) with biases 0,
    or PyTorch's default for the single one.
    """

    depth: int = choice(*CONVOLUTIONS, default=11)
    head: str = choice("cifar", "imagenet", default="cifar")

    def entries(self) -> Entries:
        entries, inputs = {}, self.in_channels
        for name, outputs in [layer for stage in self._stages() for layer in stage]:
            shape = (outputs, inputs, 3, 3)
            entries |= {
                f"{name}.weight": Entry(shape, he_fan_out(shape)),
                f"{name}.bias": Entry((outputs,), ZERO),
            }
            inputs = outputs
        if self.head == "cifar":
            return entries | linear_entries("classifier", inputs, self.n_classes)
        sizes = (inputs * GRID**2, 64 * self.width, 64 * self.width, self.n_classes)
        for index, (into, out) in zip((0, 3, 6), pairwise(sizes), strict=True):
            weight, bias = Entry((out, into), Law("normal", 0.01)), Entry((out,), ZERO)
            entries |= {f"classifier.{index}.weight": weight, f"classifier.{index}.bias": bias}
        return entries

    def layers(self, forward: Forward, images: Maps) -> Answers:
        maps = images
        for stage in self._stages():
            for name, _ in stage:
                maps = jax.nn.relu(forward.conv(name, maps, padding=1))
            maps = max_pool(maps, window=2, stride=2)
        maps = maps.astype(forward.precision)
        if self.head == "cifar":
            features = flatten(adaptive_average_pool(maps, 1))
            return forward.linear("classifier", features), features, maps
        features = flatten(adaptive_average_pool(maps, GRID))
        for name in ("classifier.0", "classifier.3"):
            features = jax.nn.relu(forward.linear(name, features))
        return forward.linear("classifier.6", features), features, maps

    def _stages(self) -> list[list[tuple[str, int]]]:
        """Name and channels of every convolution, stage by stage; torchvision counts relu and
        maximum along.
        """
        stages, index = [], 0
        for growth, n_convolutions in zip(GROWTH, CONVOLUTIONS[self.depth], strict=True):
            names = [f"features.{index + 2 * convolution}" for convolution in range(n_convolutions)]
            stages.append([(name, growth * self.width) for name in names])
            index += 2 * n_convolutions + 1
        return stages
