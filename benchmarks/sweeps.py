"""Trainings a second: the published loops, in PyTorch, against sweeps, in one run.

python benchmarks/sweeps.py # about five minutes on two cores; needs torch

1. The heat map of Kou et al. 2023, arXiv 2303.04145 (n = 20, 1000 test samples, 100 steps, ‖μ‖ × d
× repeats): the per-cell loop of the published script (two ``Conv1d``, cross entropy, SGD, a new
data set and network for every cell) on a sample of cells, against the whole grid of 100 000
trainings, after compilation, with exact uniform and with Gaussian weights.
2. Figure 3 of Huang et al. 2025, arXiv 2510.17526, at full scale (SNR × n × flip rate, 1000 steps):
the flops of the products with the Gram matrix, 2 · 2m n² a step, as a fraction of the rate of a
large float32 matrix product measured in the same run.
3. The same cell at d = 2000 … 1e9, and with more seeds: what a
training costs must not know d.
"""

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import sigspike as ss
from sigspike.papers.benign_overfitting import setting
from sigspike.papers.synthetic import synthetic
from sigspike.sweeps.workers import n_threads

LOOP_CELLS = [(0.0, 100), (3.0, 300), (5.0, 600), (7.0, 800), (9.9, 1090)]
SNR = np.linspace(0.03, 0.10, 8).tolist()


def published_cell(strength: float, dim: int) -> float:
    """One cell as the paper's script trains it: the test error."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.minus, self.plus = nn.Conv1d(dim, 10, 1), nn.Conv1d(dim, 10, 1)

        def forward(self, patches: Any) -> Any:
            return torch.stack(
                [torch.relu(part(patches)).mean(2).sum(1) for part in (self.minus, self.plus)],
                dim=1,
            )

    def draw(count: int) -> tuple[Any, Any]:
        truth = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
        signal = torch.zeros(count, dim)
        signal[:, 0] = strength * truth
        label = torch.where(torch.rand(count) < setting.FLIP_RATE, -truth, truth)
        return torch.stack([signal, torch.randn(count, dim)], dim=2), ((label + 1) / 2).long()

    (patches, label), (test, truth) = draw(setting.N_SAMPLES), draw(1000)
    net, loss = Net(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        loss(net(patches), label).backward()
        optimizer.step()
    with torch.no_grad():
        return float((net(test).argmax(1) != truth).float().mean())


def seconds(run: Callable[[], Any], repeats: int = 1) -> float:
    """The best of some repeats after a first one, which compiles."""
    run()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


def heat_map() -> None:
    """Part 1."""
    loop = float(
        np.mean([seconds(lambda cell=cell: published_cell(*cell), 3) for cell in LOOP_CELLS])
    )
    print(
        f"K heat map, PyTorch loop: {1e3 * loop:.1f} ms a training, "
        f"{1 / loop:.1f}/s ({len(LOOP_CELLS)} cells)"
    )
    axes = setting.grid(setting.strengths(0.1), setting.dimensions(10))
    for init in ("uniform", "gaussian"):
        took = seconds(lambda init=init: ss.sweep(setting.experiment(init), axes, n_seeds=10), 2)
        rate = 100_000 / took
        print(
            f"K heat map, {init} weights: 100 000 trainings in {took:.1f} s, "
            f"{rate:.0f}/s, {rate * loop:.0f} × the loop"
        )


def matrix_rate() -> float:
    """Flops a second of a large float32 matrix product, the best of several."""
    size = 4096
    matrix = jnp.ones((size, size))
    product = jax.jit(lambda a: a @ a)
    return 2 * size**3 / seconds(lambda: jax.block_until_ready(product(matrix)), 5)


def phase_diagram() -> None:
    """Part 2."""
    print("A figure 3: SNR × 2 flip rates × 8 seeds, 1000 steps, sampling and test included")
    for n_samples in (100, 200, 300, 400, 500, 600, 700):
        experiment = synthetic(n_samples=n_samples, n_steps=1000, record_at=(1000,))
        axes = {"algorithm.labels.flip_rate": [0.0, 0.1], "problem.snr": SNR}
        n_seeds = 8 if n_samples < 400 else 4
        best = matrix_rate()
        took = seconds(
            lambda experiment=experiment, axes=axes, n=n_seeds: ss.sweep(
                experiment, axes, n_seeds=n
            )
        )
        best = max(best, matrix_rate())
        n_trainings = 16 * n_seeds
        rate = n_trainings * 1000 * 2 * 2 * 20 * n_samples**2 / took
        print(
            f"  n = {n_samples}: {n_trainings / took:6.1f} trainings/s, {rate / 1e9:4.0f} Gflop/s "
            f"of {best / 1e9:.0f}: {rate / best:.2f}"
        )


def flat() -> None:
    """Part 3."""
    experiment = synthetic(n_samples=200, n_steps=1000, record_at=(1000,))
    axes = {"algorithm.labels.flip_rate": [0.0, 0.1], "problem.snr": SNR}
    for dim in (2_000, 10**6, 10**9):
        # The same σ_p² d
        noise = ss.Linked({"problem.dim": [dim], "problem.noise_std": [0.5 * (2000 / dim) ** 0.5]})
        axes = axes | {"dim": noise}
        took = seconds(lambda axes=axes: ss.sweep(experiment, axes, n_seeds=4), 3)
        print(f"d = {dim:.0e}: {1e3 * took / 64:.2f} ms a training")
    for n_seeds in (4, 8, 16):
        took = seconds(lambda n=n_seeds: ss.sweep(experiment, axes, n_seeds=n), 2)
        print(f"{n_seeds} seeds: {took:.2f} s, {1e3 * took / (16 * n_seeds):.2f} ms a training")


def main() -> None:
    print(
        f"jax {jax.__version__} on {jax.local_device_count()} × {jax.default_backend()}, "
        f"{n_threads()} chunks"
    )
    heat_map()
    phase_diagram()
    flat()


if __name__ == "__main__":
    main()
