"""What the trainer costs beside the bare compiled step: seconds an epoch, and of its steps alone.

python benchmarks/trainer.py # three minutes on two cores

Digits, batches of 64, cross entropy, SGD with momentum: a ResNet-18 of a quarter of the usual width
on 32 pixels, and a ResNet-10 of an eighth on 16, whose step is so short that what goes on beside it
shows. The bare step has the same network, loss and optimiser on one batch that stays on the device:
no augmentation, no order, no record of losses. "epoch" is the compiled epoch of the trainer, "with
its row" adds evaluation of the test images, the numbers of the log and the checkpoint. The two take
turns, and the best of each counts.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import optax

from sigspike.images import data, noise
from sigspike.images.augmentation import Augmentation
from sigspike.images.networks import ResNet
from sigspike.images.training import SGD, Training, train
from sigspike.images.training.epoch import run_epoch
from sigspike.images.training.setup import Setup

TURNS = 4
NETWORKS = {
    "ResNet-18, width 16": (ResNet(10, width=16), 32),
    "ResNet-10, width 8": (ResNet(10, depth=10, width=8), 16),
}


def bare(setup: Setup) -> Callable[[], Any]:
    """As many steps as an epoch has, on one batch."""
    training, model = setup.training, setup.begin().models[0]
    transform, rate = training.optimiser.transformation(), training.optimiser.learning_rate
    images = setup.data.normalised(setup.data.train.images[:64])
    labels = setup.data.train.labels[:64]

    def loss(weights: Any, buffers: Any) -> Any:
        output = training.network(weights.network, buffers, images, train=True)
        return optax.softmax_cross_entropy_with_integer_labels(
            output.logits, labels
        ).mean(), output.buffers

    def step(weights: Any, buffers: Any, optimiser: Any) -> Any:
        gradient, buffers = jax.grad(loss, has_aux=True)(weights, buffers)
        change, optimiser = transform.update(gradient, optimiser, weights)
        return jax.tree.map(lambda at, by: at - rate * by, weights, change), buffers, optimiser

    compiled, at = jax.jit(step, donate_argnums=(0, 1, 2)), tuple(jax.tree.map(jnp.array, model))

    def epoch() -> Any:
        nonlocal at
        for _ in range(setup.facts.n_steps):
            at = compiled(*at)
        return at

    return epoch


def ours(setup: Setup) -> Callable[[], Any]:
    """An epoch of the trainer."""
    state = setup.begin()

    def epoch() -> Any:
        nonlocal state
        state, watched, _ = run_epoch(setup.training, state, setup.data, 0, setup.epoch_key(0))
        return state, watched

    return epoch


def timed(run: Callable[[], Any]) -> float:
    """Seconds until all of it is there."""
    started = time.perf_counter()
    jax.block_until_ready(run())
    return time.perf_counter() - started


def compared(network: ResNet, size: int) -> dict[str, float]:
    """Seconds of the best turn of each."""
    dataset = data.load("digits", size=size)
    noisy = noise.Symmetric(0.4)(dataset.labels, 10, 0)
    training = Training(
        network,
        optimiser=SGD(0.05),
        augmentation=Augmentation(2, False),
        batch_size=64,
        epochs=TURNS + 1,
    )
    setup = Setup.of(training, dataset, noisy)
    runs = {"bare steps": bare(setup), "epoch": ours(setup)}
    seconds = {name: [] for name in runs}
    for _ in range(TURNS + 1):
        for name, run in runs.items():
            seconds[name].append(timed(run))
    with tempfile.TemporaryDirectory() as folder:
        rows = train(training, dataset, noisy, Path(folder)).rows
    best = {name: min(values[1:]) for name, values in seconds.items()}  # the first compiles
    return best | {"with its row": min(row["seconds"] for row in rows[1:])}


def main() -> None:
    print(f"jax {jax.__version__} on {jax.default_backend()}, epochs of 23 steps")
    for name, (network, size) in NETWORKS.items():
        best = compared(network, size)
        print(f"{name}, {size} pixels")
        for kind, value in best.items():
            print(
                f"{kind:>14}: {value:7.3f} s   {value / best['bare steps']:.3f} of the bare steps"
            )


if __name__ == "__main__":
    main()
