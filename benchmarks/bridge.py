"""Milliseconds that sigspike's losses and weights cost in a PyTorch step, beside cross entropy.

python benchmarks/bridge.py # about two minutes on two cores; needs torch

A ResNet-18 of width 8 for CIFAR, batches of 128 images of 32 × 32 (and 128 clean ones), float32,
SGD with momentum. Every step takes its turn, round by round; a ratio is the median over rounds,
with its quartiles. "loss alone" is from logits to their gradient, without a network.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from sigspike.images import bridge, methods

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from reference import torch_networks  # type: ignore[import-not-found]

BATCH, WIDTH, CLASSES, ROUNDS = 128, 8, 10, 12
IMAGES, CLEAN = torch.randn(2, BATCH, 3, 32, 32)
LABELS, IDS = torch.arange(BATCH) % CLASSES, torch.arange(BATCH)
OURS = {
    "cross entropy": bridge.Loss(methods.CrossEntropy(), CLASSES),
    "GCE": bridge.Loss(methods.GeneralisedCrossEntropy(), CLASSES),
    "ELR": bridge.Loss(methods.EarlyLearning(), CLASSES, n_images=50_000),
}
LOSSES = {"PyTorch's cross entropy": lambda logits: cross_entropy(logits, LABELS)} | {
    name: lambda logits, loss=loss: loss(logits, LABELS, IDS) for name, loss in OURS.items()
}


def alone(loss: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[], None]:
    """From logits to their gradient."""
    logits = torch.randn(BATCH, CLASSES, requires_grad=True)
    return lambda: loss(logits).backward()


def trained(loss: Callable[[torch.Tensor], torch.Tensor] | None) -> Callable[[], None]:
    """A step of training; by meta-reweighting where there is no loss."""
    model = torch_networks.ResNet(CLASSES, width=WIDTH).train()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    meta = bridge.MetaReweighting(methods.MetaReweighting(), model, optimiser, n_images=BATCH)

    def step() -> None:
        logits = model(IMAGES)
        each = cross_entropy(logits, LABELS, reduction="none")
        value = loss(logits) if loss else (meta(each, CLEAN, LABELS, IDS) * each).mean()
        optimiser.zero_grad()
        value.backward()
        optimiser.step()

    return step


def table(title: str, steps: dict[str, Callable[[], None]], repeats: int) -> None:
    """Rounds of every step in turn, then a line for each."""
    seconds = {name: [] for name in steps}
    for turn in range(ROUNDS + 1):
        for name, step in steps.items():
            started = time.perf_counter()
            for _ in range(repeats):
                step()
            # The first compiles
            seconds[name] += [(time.perf_counter() - started) / repeats] * (turn > 0)
    print(f"{title:28s}  ms a step   beside PyTorch's (quartiles)")
    base = torch.tensor(next(iter(seconds.values())))
    for name, own in seconds.items():
        low, middle, high = (torch.tensor(own) / base).quantile(torch.tensor((0.25, 0.5, 0.75)))
        print(
            f"{name:28s}  {1e3 * torch.tensor(own).median():9.3f}   {middle:5.3f}  "
            f"({low:.3f}–{high:.3f})"
        )


if __name__ == "__main__":
    table("loss alone", {name: alone(loss) for name, loss in LOSSES.items()}, 100)
    table(
        "training step",
        {name: trained(loss) for name, loss in LOSSES.items()}
        | {"meta-reweighting": trained(None)},
        1,
    )
