"""What the trainer costs beside the bare compiled step: seconds of an epoch, and of as many steps alone.

python benchmarks/trainer.py # under two minutes on two cores

Digits of 16 pixels, a ResNet-10 of an eighth of the usual width, batches of 64, cross entropy, SGD with momentum.
The bare step has the same network, loss and optimiser on one batch that stays on the device: no augmentation, no
order, no record of losses. "epoch" is the compiled epoch of the trainer, "with its row" adds evaluation of the test
images, the numbers of the log and the checkpoint. The two take turns, and the best of each counts.
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
from sigspike.images.training.epoch import run_epoch, unit_of
from sigspike.images.training.setup import Setup

TURNS = 5
TRAINING = Training(
    ResNet(10, depth=10, width=8), optimiser=SGD(0.05), augmentation=Augmentation(2, False), batch_size=64, epochs=TURNS
)


def bare(setup: Setup) -> Callable[[], Any]:
    """As many steps as an epoch has, on one batch."""
    training, model = setup.training, setup.begin().models[0]
    transform, rate = training.optimiser.transformation(), training.optimiser.learning_rate
    images, labels = setup.data.normalised(setup.data.train.images[:64]), setup.data.train.labels[:64]

    def loss(weights: Any, buffers: Any) -> Any:
        output = training.network(weights.network, buffers, images, train=True)
        return optax.softmax_cross_entropy_with_integer_labels(output.logits, labels).mean(), output.buffers

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


def main() -> None:
    dataset = data.load("digits", size=16)
    noisy = noise.Symmetric(0.4)(dataset.labels, 10, 0)
    setup = Setup.of(TRAINING, dataset, noisy)
    runs = {"bare steps": bare(setup), "epoch": ours(setup)}
    seconds = {name: [] for name in runs}
    for _ in range(TURNS + 1):
        for name, run in runs.items():
            seconds[name].append(timed(run))
    with tempfile.TemporaryDirectory() as folder:
        rows = train(TRAINING, dataset, noisy, Path(folder)).rows
    best = {name: min(values[1:]) for name, values in seconds.items()}  # the first compiles
    best["with its row"] = min(row["seconds"] for row in rows[1:])
    print(f"jax {jax.__version__} on {jax.default_backend()}, {setup.facts.n_steps} steps, unit: {unit_of(TRAINING)}")
    for name, value in best.items():
        print(f"{name:>14}: {value:7.3f} s   {value / best['bare steps']:.3f} of the bare steps")


if __name__ == "__main__":
    main()
