"""What is computed by torch and by us: layers and networks on numbers that NumPy has frozen."""

import math

import numpy as np

from sigspike.images.networks import VGG, ImageNetwork, ResNet

# name: shapes of the inputs, images (sample, row, column, channel) first, and the layer's settings.
LAYERS = {
    "conv": ([(2, 7, 8, 3), (4, 3, 3, 3)], {"stride": 1, "padding": 1}),
    "conv with a bias": ([(2, 5, 6, 3), (4, 3, 3, 3), (4,)], {"stride": 1, "padding": 0}),
    "conv, stride 2": ([(2, 8, 8, 3), (4, 3, 3, 3)], {"stride": 2, "padding": 1}),
    "conv, stride 2, odd": ([(2, 7, 9, 3), (4, 3, 3, 3)], {"stride": 2, "padding": 1}),
    "conv of 7, stride 2": ([(1, 12, 12, 3), (2, 3, 7, 7)], {"stride": 2, "padding": 3}),
    "conv of 1, stride 2": ([(2, 8, 7, 3), (4, 3, 1, 1)], {"stride": 2, "padding": 0}),
    "transposed conv": ([(2, 4, 5, 3), (3, 2, 4, 4), (2,)], {"stride": 2, "padding": 1}),
    "transposed conv, dense": ([(2, 4, 5, 3), (3, 2, 3, 3), (2,)], {"stride": 1, "padding": 0}),
    "batch norm": ([(3, 4, 5, 2), (2,), (2,), (2,), (2,)], {"train": True}),
    "batch norm, another momentum": (
        [(3, 4, 5, 2), (2,), (2,), (2,), (2,)],
        {"train": True, "momentum": 0.4},
    ),
    "batch norm, evaluated": ([(3, 4, 5, 2), (2,), (2,), (2,), (2,)], {"train": False}),
    "max pool": ([(2, 8, 7, 3)], {"window": 3, "stride": 2, "padding": 1}),
    "max pool of 2": ([(2, 8, 7, 3)], {"window": 2, "stride": 2}),
    "average pool": ([(2, 8, 7, 3)], {"window": 3, "stride": 2, "padding": 1}),
    "average pool, ceil": ([(2, 8, 7, 3)], {"window": 3, "stride": 2, "padding": 1, "ceil": True}),
    "average pool, ceil, dropped": (
        [(2, 6, 7, 3)],
        {"window": 2, "stride": 3, "padding": 1, "ceil": True},
    ),
    "adaptive pool to 1": ([(2, 5, 9, 3)], {"size": 1}),
    "adaptive pool to 2": ([(2, 5, 9, 3)], {"size": 2}),
    "adaptive pool to 7": ([(2, 2, 9, 3)], {"size": 7}),
    "linear after maps": ([(2, 3, 4, 2), (5, 24), (5,)], {}),
}

# name: the network, and the side of its images.
NETWORKS: dict[str, tuple[ImageNetwork, int]] = {
    "ResNet-18": (ResNet(5, width=2), 16),
    "ResNet-34": (ResNet(5, depth=34, width=2, names="kuangliu"), 32),
    "ResNet-10 for ImageNet": (ResNet(5, depth=10, stem="imagenet", width=1, in_channels=1), 64),
    "VGG-11": (VGG(5, width=1), 32),
    "VGG-16 for ImageNet": (VGG(5, depth=16, head="imagenet", width=1), 64),
}
GRADIENTS = ("ResNet-18", "VGG-11")  # the others' would take too much room
BATCH = 4


def layer_inputs(name: str) -> list[np.ndarray]:
    """Standard normal numbers; a running variance is positive."""
    shapes, _ = LAYERS[name]
    drawn = np.random.RandomState(sorted(LAYERS).index(name))
    inputs = [drawn.standard_normal(shape) for shape in shapes]
    return [*inputs[:-1], np.abs(inputs[-1])] if name.startswith("batch norm") else inputs


def images(name: str) -> np.ndarray:
    """Two batches of standard normal pixels (batch, sample, row, column, channel)."""
    network, side = NETWORKS[name]
    return np.random.RandomState(1).standard_normal((2, BATCH, side, side, network.in_channels))


def state(name: str) -> dict[str, np.ndarray]:
    """A state_dict far from the initial one: He's kernels, statistics and shifts of every channel,
    7 batches seen.
    """
    drawn, values = np.random.RandomState(2), {}
    for key, entry in NETWORKS[name][0].entries().items():
        if len(entry.shape) > 1:
            values[key] = (
                drawn.standard_normal(entry.shape) * (2 / math.prod(entry.shape[1:])) ** 0.5
            )
        elif entry.shape:
            low = {"weight": 0.5, "running_var": 4.0}.get(key.split(".")[-1])
            spread = (
                drawn.uniform(0, 1, entry.shape)
                if low
                else 0.2 * drawn.standard_normal(entry.shape)
            )
            values[key] = spread + (low or 0)
        else:
            values[key] = np.array(7, np.int64)
    return values
