"""The cost of a step of meta-reweighting in plain steps: sigspike's, and PyTorch's double backward.

python benchmarks/reweighting.py # about three minutes on two cores; needs torch

A ResNet-18 of width 16 on 32 × 32 images, batches of 32 training and 32 clean images, float32,
momentum 0.9, batch norm in training mode for both batches. Every variant takes steps in turn with
the others, round by round, so that a busy machine slows them alike; a ratio is of the medians over
rounds, with its quartiles. Passes: a plain step is a forward and a backward pass, which costs about
two forward passes, so that of the exact step's forward, two backward, clean forward, clean backward
and forward-mode passes only the last is beyond twice a plain step and one backward.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import random

from sigspike.common.reweighting import (
    Bilevel,
    FreshWeights,
    PersistentWeights,
    WeightNetwork,
    linearised,
)
from sigspike.images.networks import ResNet

BATCH, WIDTH, SIZE, CLASSES, RATE, ROUNDS, EVERY = 32, 16, 32, 10, 0.01, 12, 10


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images and labels of a batch, then of a clean batch."""
    draw = np.random.default_rng(0)
    images = draw.standard_normal((2, BATCH, SIZE, SIZE, 3), dtype=np.float32)
    labels = draw.integers(CLASSES, size=(2, BATCH))
    return images[0], labels[0], images[1], labels[1]


def ours() -> dict[str, Callable[[], Any]]:
    """Compiled steps that carry their own state."""
    network = ResNet(n_classes=CLASSES, depth=18, width=WIDTH)
    params, buffers = network.init(random.key(0))
    images, labels, clean_images, clean_labels = map(jnp.asarray, data())
    ids = jnp.arange(BATCH)
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels

    def losses(at: Any) -> tuple[Any, Any]:
        output = network(at, buffers, images, train=True)
        return cross_entropy(output.logits, labels) / BATCH, output.buffers

    def clean_loss(at: Any) -> Any:
        return cross_entropy(
            network(at, buffers, clean_images, train=True).logits, clean_labels
        ).mean()

    momentum = optax.trace(0.9)

    def plain(params: Any, state: Any) -> tuple[Any, Any]:
        gradient = jax.grad(lambda at: losses(at)[0].sum())(params)
        change, state = momentum.update(gradient, state)
        return jax.tree.map(lambda value, by: value - RATE * by, params, change), state

    def reweighted(rule: Any, ahead: bool = True) -> Callable[[], Any]:
        bilevel = Bilevel(rule, RATE, momentum, ahead)

        def step(params: Any, carried: Any, looks: bool) -> tuple[Any, Any]:
            at = linearised(losses, params)
            return bilevel.step(at, jax.grad(clean_loss), params, carried, ids, looks)[:2]

        return carrying(step, params, bilevel.init(random.key(1), params, BATCH), rule.every)

    return {
        "plain step": carrying(plain, params, momentum.init(params)),
        "exact, at θ̂": reweighted(PersistentWeights(rate=1.0)),
        "exact, at θ": reweighted(PersistentWeights(rate=1.0), ahead=False),
        f"every {EVERY} steps": reweighted(PersistentWeights(rate=1.0, every=EVERY)),
        "L2RW": reweighted(FreshWeights()),
        "Meta-Weight-Net": reweighted(WeightNetwork()),
    }


def carrying(
    step: Callable[..., Any], params: Any, state: Any, every: int = 0
) -> Callable[[], Any]:
    """The step compiled, with its state kept between two calls; one that looks at a clean subset
    every few steps is two programs, and the loop knows which it needs.
    """
    compiled, at, taken = jax.jit(step, static_argnums=(2,) if every else ()), [params, state], [0]

    def run() -> None:
        looks = (taken[0] % every == 0,) if every else ()
        at[:] = jax.block_until_ready(compiled(*at, *looks))
        taken[0] += 1

    return run


def torchs() -> dict[str, Callable[[], Any]]:
    """A plain step, and L2RW's script as it is usually written: a look-ahead inside the graph, then
    double backward.
    """
    import torch
    from torch.func import functional_call

    sys.path.append(str(Path(__file__).parent.parent / "tests"))
    from reference import torch_networks  # type: ignore[import-not-found]

    torch.set_num_threads(2)
    model = torch_networks.ResNet(CLASSES, width=WIDTH).train()
    images, labels, clean_images, clean_labels = (torch.tensor(part) for part in data())
    images, clean_images = (
        part.permute(0, 3, 1, 2).contiguous() for part in (images, clean_images)
    )
    names = [name for name, _ in model.named_parameters()]
    optimiser = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
    cross_entropy = torch.nn.functional.cross_entropy
    weights = torch.full((BATCH,), 0.5)

    def plain() -> None:
        optimiser.zero_grad()
        cross_entropy(model(images), labels).backward()
        optimiser.step()

    def double_backward() -> None:
        w = weights.clone().requires_grad_()
        at = dict(model.named_parameters())
        losses = cross_entropy(functional_call(model, at, (images,)), labels, reduction="none")
        gradients = torch.autograd.grad((w * losses).mean(), list(at.values()), create_graph=True)
        ahead = {
            name: at[name] - RATE * gradient
            for name, gradient in zip(names, gradients, strict=True)
        }
        clean = cross_entropy(functional_call(model, ahead, (clean_images,)), clean_labels)
        (slope,) = torch.autograd.grad(clean, w)
        weights.copy_((weights - slope / RATE).clamp(0, 1).detach())
        optimiser.zero_grad()
        (weights * cross_entropy(model(images), labels, reduction="none")).mean().backward()
        optimiser.step()

    return {"PyTorch, plain step": plain, "PyTorch, double backward": double_backward}


def main() -> None:
    """Rounds of every variant in turn, then the table."""
    steps = ours() | torchs()
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for name, step in steps.items():
        for _ in range(EVERY if "every" in name else 2):
            step()
        print(f"ready: {name}", flush=True)
    for _ in range(ROUNDS):
        for name, step in steps.items():
            # One look at the clean subset falls among every ten steps of the variant that rarely
            # looks.
            n_steps, start = EVERY if "every" in name else 1, time.perf_counter()
            for _ in range(n_steps):
                step()
            seconds[name].append((time.perf_counter() - start) / n_steps)
    print(f"{'':28s}  ms a step   in plain steps (quartiles)")
    for name, own in seconds.items():
        base = seconds["PyTorch, plain step" if "PyTorch" in name else "plain step"]
        low, middle, high = np.quantile(np.array(own) / np.array(base), (0.25, 0.5, 0.75))
        print(f"{name:28s}  {1e3 * np.median(own):9.1f}   {middle:5.2f}  ({low:.2f}–{high:.2f})")


if __name__ == "__main__":
    main()
