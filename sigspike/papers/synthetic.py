"""The synthetic setting at low SNR, and its two algorithms side by side.

Huang et al. 2025, section 5 (arXiv 2510.17526).
"""

from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.axes import Axes

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Progress
from sigspike.plots.curves import curve, log_scale, worst

FLIP_RATE = 0.1
COLORS = {"GD": "#D55E00", "label-noise GD": "#0072B2"}


def compare(
    experiment: ss.Experiment,
    axes: dict[str, Any],
    n_seeds: int,
    progress: Progress,
    flip_rate: float = FLIP_RATE,
    store: Path | None = None,
) -> xr.Dataset:
    """A sweep of the two algorithms, along ``algorithm``.

    Gradient descent is label-noise gradient descent at p = 0, to the bit: both are cells of one
    program, which draws and compiles once.
    """
    axes = {"algorithm.labels.flip_rate": [0.0, flip_rate]} | axes
    data = ss.sweep(experiment, axes, n_seeds, store=store, progress=progress)
    return data.rename(flip_rate="algorithm").assign_coords(algorithm=list(COLORS))


def synthetic(n_samples: int, n_steps: int, **recording: Any) -> ss.Experiment:
    """d = 2000, m = 20, ‖μ‖ = 2, σ_p = 0.5, squared ReLU. σ_0 is not stated in the paper; 0.01
    here.
    """
    return ss.Experiment(
        problem=ss.SignalNoise(dim=2000, signal_strength=2.0, noise_std=0.5),
        network=ss.PatchCNN(width=20, activation=ss.ReLUPower(2), init_std=0.01),
        algorithm=ss.LabelNoiseGD(learning_rate=1.0),
        n_samples=n_samples,
        n_steps=n_steps,
        n_test=2000,
        measure="summary",
        **recording,
    )


def with_ratio(data: xr.Dataset) -> xr.Dataset:
    """The data, and max ρ̄ / max γ (not defined before the first step)."""
    return data.assign(
        ratio=worst(data["rho_bar_max"]) / worst(data["gamma_max"]).where(data["time"] > 0)
    )


def gain(data: xr.Dataset) -> xr.DataArray:
    """Gradient descent's test error minus that of label-noise gradient descent at the end, seed by
    seed.
    """
    end = data["test_error"].isel(time=-1)
    return end.sel(algorithm="GD", drop=True) - end.sel(algorithm="label-noise GD", drop=True)


def outperforms(name: str, source: str, values: xr.DataArray) -> list[Claim]:
    """That a mean over seeds is positive, and by two of its standard errors."""
    mean = Claim.of_seeds(name, source, values, low=0.0)
    return [
        mean,
        Claim(name + ", in standard errors", source, mean.measured / mean.standard_error, 0, low=2),
    ]


def side_by_side(row: list[Axes], data: xr.Dataset) -> None:
    """Three panels of figure 2: memorisation against signal, training loss and test accuracy of
    both algorithms.
    """
    for name, color in COLORS.items():
        run = data.sel(algorithm=name)
        curve(row[0], run["ratio"], color, name)
        curve(row[1], run["train_loss"], color, name)
        curve(row[2], 1 - run["test_error"], color, name)
    log_scale(row[0], "max ρ̄ / max γ")
    log_scale(row[1], "training loss (clean labels)")
    row[2].set_ylabel("test accuracy")
