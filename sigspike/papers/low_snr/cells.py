"""Settings listed as cells of one axis: whatever is a number moves in one program."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.foundation.paths import get
from sigspike.papers.figure import Progress
from sigspike.papers.synthetic import COLORS, FLIP_RATE

PATHS = {
    "signal_strength": "problem.signal_strength",
    "noise_std": "problem.noise_std",
    "dim": "problem.dim",
    "width": "network.width",
    "init_std": "network.init_std",
    "learning_rate": "algorithm.learning_rate",
    "flip_rate": "algorithm.labels.flip_rate",
}
FIXED = {"dim", "noise_std"}  # what the noise knows: not moved inside a program
SCALED = {"signal_strength", "init_std", "learning_rate"}
PLAIN, NOISY = COLORS

Setting = Mapping[str, float]


def untold(done: int, total: int) -> None:
    """Progress that nobody hears."""


def both(settings: Sequence[Setting]) -> Sequence[Setting]:
    """Each setting for gradient descent (p = 0), then each for label-noise gradient descent (p =
    0.1 if not said).
    """
    flips = [{"flip_rate": FLIP_RATE} | dict(setting) for setting in settings]
    return [setting | {"flip_rate": 0.0} for setting in flips] + flips


def sweep_cells(
    experiment: ss.Experiment,
    settings: Sequence[Setting],
    n_seeds: int,
    progress: Progress = untold,
) -> xr.Dataset:
    """One training a setting and seed, along ``cell``; where a setting is silent, the experiment's
    own number stands.

    All cells of one dimension share the noise, and so their matrix products: noise levels are put
    as the equal problem of ``with_unit_noise``, and dimensions follow one another, in groups filled
    up to one size and width, for which one program serves.
    """
    own = {name: float(get(experiment, path)) for name, path in PATHS.items()}
    whole = [own | dict(setting) for setting in settings]
    named = {name for setting in settings for name in setting}
    rescaled = "noise_std" in named
    moved = named | SCALED if rescaled else named
    problems = [with_unit_noise(setting) for setting in whole] if rescaled else whole
    dims = sorted({setting["dim"] for setting in whole})
    groups = [[k for k, setting in enumerate(whole) if setting["dim"] == dim] for dim in dims]
    widest = max(problems, key=lambda problem: problem["width"])
    size, parts = max(map(len, groups)) + (len(dims) > 1), []
    for number, (dim, members) in enumerate(zip(dims, groups, strict=True)):
        cells = [problems[k] for k in members] + [widest] * (size - len(members))
        base = ss.put(
            ss.put(experiment, "problem.dim", dim), "problem.noise_std", cells[0]["noise_std"]
        )
        fields = {
            PATHS[name]: [_plain(name, cell[name]) for cell in cells]
            for name in PATHS
            if name in moved - FIXED
        }
        linked = ss.Linked(fields, labels=range(size))
        told = lambda k, n, number=number: progress(number * n + k, len(dims) * n)  # noqa: E731
        data = ss.sweep(base, {"cell": linked}, n_seeds, progress=told).drop_vars(
            ["snr", "n_snr2"], errors="ignore"
        )
        parts.append(data.isel(cell=slice(len(members))).assign_coords(cell=members))
    values = {
        name: ("cell", [setting[name] for setting in whole]) for name in PATHS if name in named
    }
    return xr.concat(parts, "cell").sortby("cell").assign_coords(values)


def with_unit_noise(setting: Setting) -> dict[str, float]:
    """The equal problem with σ_p = 1: ‖μ‖/σ_p, σ_0 σ_p and η σ_p².

    With x = σ_p x′ and w = w′/σ_p every overlap ⟨w, x⟩ stays, and so do all losses, γ and ρ; ∇_w =
    σ_p ∇_w′ makes η′ = η σ_p². Seven numbers move the dynamics, but only through six combinations.
    """
    scale = setting["noise_std"]
    scaled = {
        "noise_std": 1.0,
        "signal_strength": setting["signal_strength"] / scale,
        "init_std": setting["init_std"] * scale,
        "learning_rate": setting["learning_rate"] * scale**2,
    }
    return dict(setting) | scaled


def _plain(name: str, value: float) -> float:
    return int(value) if name == "width" else value


def compare_cells(
    experiment: ss.Experiment,
    settings: Sequence[Setting],
    n_seeds: int,
    progress: Progress = untold,
) -> xr.Dataset:
    """``sweep_cells`` of both algorithms, along ``algorithm`` and ``cell``."""
    data = sweep_cells(experiment, both(settings), n_seeds, progress)
    n = len(settings)
    halves = [data.isel(cell=slice(k * n, (k + 1) * n)).drop_vars("flip_rate") for k in range(2)]
    halves = [half.assign_coords(cell=np.arange(n)) for half in halves]
    return xr.concat(halves, "algorithm", join="exact").assign_coords(algorithm=[PLAIN, NOISY])


def step_size(
    learning_rate: float, noise_std: float, dim: float, n_samples: int, width: int
) -> float:
    """a = η σ_p² d / (n m), the relative step of a memorising filter (Huang et al. 2025, arXiv
    2510.17526, rebuttal: the process ι).

    A step on a flipped label takes about 2a|ℓ'| of a filter's overlap with the noise away: with a ≫
    1 more than all of it, which switches the filter off on that sample, or throws it to the other
    side.
    """
    return learning_rate * noise_std**2 * dim / (n_samples * width)
