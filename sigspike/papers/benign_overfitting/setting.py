"""What the figures have in common: one experiment, and its two axes ‖μ‖ and d.

Kou et al. 2023 (arXiv 2303.04145).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

import sigspike as ss

FLIP_RATE = 0.1
N_SAMPLES = 20
LARGEST = 1090  # dimension d


def experiment(init: str = "uniform") -> ss.Experiment:
    """n = 20, σ_p = 1, p = 0.1 in training and test; m = 10 filters a class, ReLU, one bias a
    filter; η = 0.1.

    Weights and biases start as PyTorch draws them, U(−1/√d, 1/√d), of standard deviation 1/√(3d).
    """
    problem = ss.SignalNoise(
        dim=LARGEST,
        signal_strength=1.0,
        noise_std=1.0,
        orthogonal=False,
        flip_rate_positive=FLIP_RATE,
        flip_rate_negative=FLIP_RATE,
        flip_test_labels=True,
    )
    network = ss.PatchCNN(
        width=10,
        activation=ss.ReLUPower(1),
        filters="sum",
        patches="mean",
        bias=True,
        init=init,
        init_std=pytorch_std([LARGEST])[0],
    )
    return ss.Experiment(
        problem=problem,
        network=network,
        algorithm=ss.GradientDescent(learning_rate=0.1),
        n_samples=N_SAMPLES,
        n_steps=100,
        record_at=(100,),
        n_test=1000,
        measure="summary",
    )


def pytorch_std(dims: Sequence[int]) -> list[float]:
    """σ_0 = 1/√(3d)."""
    return [(3 * dim) ** -0.5 for dim in dims]


def grid(strengths: Sequence[float], dims: Sequence[int]) -> dict[str, Any]:
    """The axes ‖μ‖ and d; σ_0 moves with d."""
    dimension = ss.Linked(
        {"problem.dim": list(dims), "network.init_std": pytorch_std(dims)}, about="dimension d"
    )
    return {"problem.signal_strength": list(strengths), "dim": dimension}


def strengths(step: float) -> list[float]:
    """‖μ‖ = 0, ``step``, … below 10."""
    return (step * np.arange(round(10 / step))).round(6).tolist()


def dimensions(step: int) -> list[int]:
    """d = 100, 100 + ``step``, … to 1090."""
    return list(range(100, LARGEST + 1, step))


def final(data: xr.Dataset) -> xr.Dataset:
    """What the figures need of a sweep, after the last step."""
    return data[["test_error", "train_accuracy", "diverged_at"]].isel(time=-1)
