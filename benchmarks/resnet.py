"""Milliseconds a training step of CIFAR's ResNet-18: PyTorch and sigspike, on the same cores.

python benchmarks/resnet.py # about two minutes on two cores; needs torch

Batches of 64 images of 32 × 32, float32: forward, backward and a step of gradient descent on every
parameter, batch norm in training. The two take turns, and the best step of each counts.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

from sigspike.images import state_dict
from sigspike.images.networks import ResNet

BATCH, RATE = 64, 0.01
REPEATS = {16: 8, 64: 3}  # width: steps timed
PIXELS = np.random.default_rng(0).standard_normal((BATCH, 32, 32, 3), dtype=np.float32)
LABEL = np.arange(BATCH) % 10


def torch_step(width: int) -> tuple[Callable[[], float], dict[str, np.ndarray]]:
    """A step of the usual loop, which returns its loss, and the initial state_dict."""
    import torch

    sys.path.append(str(Path(__file__).parent.parent / "tests"))
    from reference import torch_networks  # type: ignore[import-not-found]

    torch.set_num_threads(os.cpu_count() or 1)
    network = torch_networks.ResNet(10, width=width).train()
    start = {key: value.numpy().copy() for key, value in network.state_dict().items()}
    images, label = torch.tensor(PIXELS).permute(0, 3, 1, 2).contiguous(), torch.tensor(LABEL)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)

    def step() -> float:
        loss = torch.nn.functional.cross_entropy(network(images), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, start


def sigspike_step(width: int, start: dict[str, np.ndarray]) -> Callable[[], float]:
    """The same from the same state_dict, compiled."""
    network = ResNet(10, width=width)
    images, label = jnp.asarray(PIXELS), jnp.asarray(LABEL)

    def loss(params, buffers):
        output = network(params, buffers, images, train=True)
        return optax.softmax_cross_entropy_with_integer_labels(
            output.logits, label
        ).mean(), output.buffers

    @jax.jit
    def moved(params, buffers):
        (value, after), gradient = jax.value_and_grad(loss, has_aux=True)(params, buffers)
        return value, jax.tree.map(lambda at, by: at - RATE * by, params, gradient), after

    state = list(state_dict.load(start, network))

    def step() -> float:
        value, *state[:] = moved(*state)
        return float(value)

    return step


def main() -> None:
    where = f"jax {jax.__version__} on {jax.default_backend()}, {os.cpu_count()} cores"
    print(f"{where}: one step of ResNet-18, batch {BATCH}")
    print("width   PyTorch ms   sigspike ms   PyTorch/ours   losses of the first steps")
    for width, repeats in REPEATS.items():
        theirs, start = torch_step(width)
        ours = sigspike_step(width, start)
        losses, seconds = zip(
            *(timed(step) for _ in range(repeats + 1) for step in (theirs, ours)), strict=True
        )
        # Without the first step, which compiles
        best = [min(seconds[turn + 2 :: 2]) for turn in (0, 1)]
        shown = " ".join(f"{loss:.4f}" for loss in losses[:4])
        print(
            f"{width:5d} {1e3 * best[0]:12.0f} {1e3 * best[1]:13.0f} {best[0] / best[1]:14.2f}   "
            f"{shown}",
            flush=True,
        )


def timed(step: Callable[[], float]) -> tuple[float, float]:
    """What a step returns, and its seconds."""
    started = time.perf_counter()
    loss = step()
    return loss, time.perf_counter() - started


if __name__ == "__main__":
    main()
