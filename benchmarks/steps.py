"""Steps a second: the loops that papers use, in PyTorch and NumPy, against sigspike, in one run.

python benchmarks/steps.py # about two minutes on two cores; needs torch

Label-noise gradient descent on figure 2 of Huang et al. 2025, arXiv 2510.17526 (n = 200, m = 20,
squared ReLU, p = 0.1, η = 1) at three dimensions. Every loop draws fresh flips and takes a
full-batch step, with no test set and nothing recorded; ours is timed between two run lengths, so
that sampling, records and dispatch drop out. The best of several repeats counts for everybody.
"""

import time
from collections.abc import Callable

import jax
import numpy as np

import sigspike as ss

N_SAMPLES, WIDTH, STRENGTH, INIT, FLIP, RATE = 200, 20, 2.0, 0.01, 0.1, 1.0
DIMS = {2_000: 150, 20_000: 20, 200_000: 3}  # dimension: steps timed of the explicit loops
REPEATS = 3


def std(dim: int) -> float:
    """σ_p that keeps σ_p² d, and so the dynamics, the same in every dimension."""
    return 0.5 * (2000 / dim) ** 0.5


def torch_loop(dim: int) -> Callable[[int], None]:
    """The usual script: explicit patches in R^d, autograd, torch.optim.SGD, float32."""
    import torch

    label = torch.where(torch.rand(N_SAMPLES) < 0.5, -1.0, 1.0)
    mu = torch.zeros(dim)
    mu[0] = STRENGTH
    noise = std(dim) * torch.randn(N_SAMPLES, dim)
    noise[:, 0] = 0
    patches = torch.stack([label[:, None] * mu, noise], dim=1)
    weights = (INIT * torch.randn(2, WIDTH, dim)).requires_grad_()
    optimizer = torch.optim.SGD([weights], lr=RATE)

    def run(n_steps: int) -> None:
        for _ in range(n_steps):
            flips = torch.where(torch.rand(N_SAMPLES) < FLIP, -1.0, 1.0)
            outputs = torch.relu(torch.einsum("npd,jrd->npjr", patches, weights)) ** 2
            logits = outputs.mean(-1).sum(1)
            loss = torch.nn.functional.softplus(
                -flips * label * (logits[:, 1] - logits[:, 0])
            ).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return run


def numpy_loop(dim: int) -> Callable[[int], None]:
    """The gradient by hand in NumPy, float32, which knows that the signal patch is ±μ."""
    random = np.random.default_rng(0)
    label = random.choice([-1.0, 1.0], N_SAMPLES).astype(np.float32)
    noise = np.float32(std(dim)) * random.standard_normal((N_SAMPLES, dim), dtype=np.float32)
    noise[:, 0] = 0
    weights = INIT * random.standard_normal((2 * WIDTH, dim), dtype=np.float32)
    sign = np.repeat(np.array([-1.0, 1.0], np.float32), WIDTH)

    def run(n_steps: int) -> None:
        for _ in range(n_steps):
            flips = np.where(random.random(N_SAMPLES) < FLIP, -1, 1).astype(np.float32)
            signal = np.maximum(STRENGTH * np.outer(label, weights[:, 0]), 0)
            memory = np.maximum(noise @ weights.T, 0)
            logits = (signal**2 + memory**2) @ sign / WIDTH
            slope = -flips * label / (1 + np.exp(flips * label * logits)) / N_SAMPLES
            pull = 2 * slope[:, None] * sign[None] / WIDTH
            gradient = (pull * memory).T @ noise
            gradient[:, 0] += STRENGTH * (pull * signal).T @ label
            weights[:] -= RATE * gradient

    return run


def sigspike_loop(dim: int) -> Callable[[int], None]:
    """Coefficient space, float32."""
    make = {n: _experiment(dim, n) for n in (SHORT, LONG)}

    def run(n_steps: int) -> None:
        jax.block_until_ready(ss.simulate(make[n_steps], jax.random.key(0)))

    return run


SHORT, LONG = 128, 128 * 60


def _experiment(dim: int, n_steps: int) -> ss.Experiment:
    return ss.Experiment(
        problem=ss.SignalNoise(dim, STRENGTH, std(dim)),
        network=ss.PatchCNN(WIDTH, init_std=INIT),
        algorithm=ss.LabelNoiseGD(RATE, FLIP),
        n_samples=N_SAMPLES,
        n_steps=n_steps,
        record_at=(n_steps,),
        n_test=1,
        measure="summary",
    )


def seconds(run: Callable[[int], None], n_steps: int) -> float:
    """The best time of a few repeats, after one that warms up."""
    run(n_steps)
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        run(n_steps)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    rows = []
    for dim, n_steps in DIMS.items():
        torch_step = seconds(torch_loop(dim), n_steps) / n_steps
        numpy_step = seconds(numpy_loop(dim), n_steps) / n_steps
        ours = sigspike_loop(dim)
        our_step = (seconds(ours, LONG) - seconds(ours, SHORT)) / (LONG - SHORT)
        rows.append((dim, torch_step, numpy_step, our_step))
    print(
        f"jax {jax.__version__} on {jax.default_backend()}, "
        f"one label-noise GD step, n = {N_SAMPLES}, m = {WIDTH}"
    )
    print("        d   PyTorch µs   NumPy µs   sigspike µs   PyTorch/ours   NumPy/ours")
    for dim, *steps in rows:
        torch_us, numpy_us, our_us = (1e6 * step for step in steps)
        ratios = f"{torch_us / our_us:14.0f} {numpy_us / our_us:12.0f}"
        print(f"{dim:9d} {torch_us:12.0f} {numpy_us:10.0f} {our_us:13.1f} {ratios}")
    small, large = (seconds(sigspike_loop(dim), LONG) for dim in (2_000, 100_000_000))
    print(
        f"a whole run of {LONG} steps, sampling included: "
        f"d = 2000 {small:.3f} s, d = 1e8 {large:.3f} s, ",
        end="",
    )
    print(f"ratio {large / small:.2f}")


if __name__ == "__main__":
    main()
