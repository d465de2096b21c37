"""Images a second in training CIFAR's ResNet-18: sigspike's epoch and the usual PyTorch loop.

python benchmarks/throughput.py # a GPU: 50 000 images, batches of 512; needs torch
python benchmarks/throughput.py --images 512 --batch 64 --width 16 # a CPU, about a minute

Random bytes as images, crops and flips, SGD with momentum and weight decay, float32 and bfloat16
(PyTorch: autocast). Both have their data on the device and augment there. The best of three epochs
after the first counts.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
import torch

from sigspike.images import data, noise
from sigspike.images.augmentation import Augmentation
from sigspike.images.networks import ResNet
from sigspike.images.training import SGD, Training
from sigspike.images.training.epoch import run_epoch
from sigspike.images.training.setup import Setup

sys.path.append(str(Path(__file__).parent.parent / "tests"))
EPOCHS, PAD = 4, 4


def ours(
    images: np.ndarray, labels: np.ndarray, width: int, batch: int, compute: str
) -> Callable[[], None]:
    """An epoch of the trainer."""
    dataset = data.Dataset(
        "random", images, labels, images[:batch], labels[:batch], tuple("0123456789")
    )
    noisy = noise.Symmetric(0.4)(labels, 10, 0)
    training = Training(
        ResNet(10, width=width, compute=compute),
        optimiser=SGD(0.1, 5e-4),
        augmentation=Augmentation(PAD, True),
        epochs=EPOCHS,
        batch_size=batch,
        last_batch="drop",
    )
    setup = Setup.of(training, dataset, noisy)
    state, done = setup.begin(), 0

    def epoch() -> None:
        nonlocal state, done
        state, _, report = run_epoch(training, state, setup.data, done, setup.epoch_key(done))
        jax.block_until_ready(report)
        done += 1

    return epoch


def theirs(
    images: np.ndarray, labels: np.ndarray, width: int, batch: int, compute: str
) -> Callable[[], None]:
    """An epoch of the usual loop, in the memory format that PyTorch is fastest with."""
    from reference import torch_networks  # type: ignore[import-not-found]

    torch.set_num_threads(os.cpu_count() or 1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = (
        torch_networks.ResNet(10, width=width).train().to(device, memory_format=torch.channels_last)
    )
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    pixels = torch.tensor(images, device=device).permute(0, 3, 1, 2)
    label = torch.tensor(labels, device=device)

    def augmented(part: torch.Tensor) -> torch.Tensor:
        framed = torch.nn.functional.pad(part, (PAD,) * 4)
        size = part.shape[-1]
        start = torch.randint(0, 2 * PAD + 1, (2, len(part), 1), device=device)
        rows, columns = (torch.arange(size, device=device)[None] + at for at in start)
        columns = torch.where(
            torch.rand(len(part), 1, device=device) < 0.5, columns.flip(1), columns
        )
        places = torch.arange(len(part), device=device)[:, None, None]
        cut = framed.permute(0, 2, 3, 1)[places, rows[:, :, None], columns[:, None]]
        return ((cut.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25).contiguous(
            memory_format=torch.channels_last
        )

    def epoch() -> None:
        order = torch.randperm(len(images), device=device)
        for ids in order[: len(order) // batch * batch].split(batch):
            with torch.autocast(device, torch.bfloat16, enabled=compute == "bfloat16"):
                loss = torch.nn.functional.cross_entropy(
                    network(augmented(pixels[ids])), label[ids]
                )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        loss.item()

    return epoch


def seconds(epoch: Callable[[], None]) -> float:
    """The best epoch after the first."""
    times = []
    for _ in range(EPOCHS):
        started = time.perf_counter()
        epoch()
        times.append(time.perf_counter() - started)
    return min(times[1:])


def main(images: int, width: int, batch: int) -> None:
    """Print a table: epoch seconds and images a second, and how many times as fast as PyTorch
    sigspike is.
    """
    drawn = np.random.default_rng(0)
    pixels = drawn.integers(0, 256, (images, 32, 32, 3), dtype=np.uint8)
    labels, shown = np.arange(images) % 10, images // batch * batch
    versions = f"jax {jax.__version__}, torch {torch.__version__}"
    print(
        f"{jax.devices()[0].device_kind}, {versions}: {images} images, "
        f"width {width}, batches of {batch}"
    )
    print(f"{'':10}{'PyTorch s':>11}{'images/s':>11}{'sigspike s':>12}{'images/s':>11}{'ratio':>8}")
    for compute in ("full", "bfloat16"):
        other, own = (
            seconds(kind(pixels, labels, width, batch, compute)) for kind in (theirs, ours)
        )
        name = {"full": "float32"}.get(compute, compute)
        print(
            f"{name:10}{other:11.2f}{shown / other:11.0f}"
            f"{own:12.2f}{shown / own:11.0f}{other / own:8.2f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for flag, default in (("--images", 50_000), ("--width", 64), ("--batch", 512)):
        parser.add_argument(flag, type=int, default=default)
    main(**vars(parser.parse_args()))
