"""When things happen along n, m, η, σ_p and d: trainings of two theorems, and their times.

They are of Huang et al. 2025 (arXiv 2510.17526), at low SNR, and of Han et al. 2025 (arXiv
2505.18909), on two stages.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from scipy.special import ndtri

import sigspike as ss
from sigspike.papers.figure import Progress

LOW_SNR, TWO_STAGES = "low SNR", "two stages"
# σ_p √d = 10, a = η σ_p² d/(nm) = 0.0125
BASE = {"n": 60.0, "m": 8.0, "η": 0.06, "σₚ": 1e-3, "d": 1e8}
PATHS = {
    "n": "n_samples",
    "m": "network.width",
    "η": "algorithm.learning_rate",
    "σₚ": "problem.noise_std",
    "d": "problem.dim",
}
COUNTS = ("n", "m")
THETA = {"n": 1.0, "m": 1.0, "η": -1.0, "σₚ": -2.0, "d": -1.0}  # of nm/(η σ_p² d)
EVENTS = ("low SNR: T₁", "two stages: T₁", "two stages: stage II")
# σ_0 σ_p √d; above √(n/d) in the second, lest other samples' noise switch neurons on and off
SMALL = {LOW_SNR: 1e-4, TWO_STAGES: 1e-2}
N_SNR2 = {LOW_SNR: 0.1, TWO_STAGES: 8.0}
N_STEPS = 2400  # nm/(η σ_p² d) is at most 270


def grid(scale: str) -> dict[str, list[float]]:
    """The values of each parameter, the others at ``BASE``; σ_p over half as many decades, for its
    square counts.
    """
    few = scale == "quick"
    spread = 10 ** np.linspace(-0.5, 0.5, 3 if few else 5)
    ladder = {"n": [20.0, 60.0, 150.0], "m": [3.0, 8.0, 24.0]}
    if not few:
        ladder = {"n": [20.0, 36.0, 60.0, 108.0, 200.0], "m": [3.0, 5.0, 8.0, 14.0, 24.0]}
    moved = {
        "η": BASE["η"] * spread,
        "σₚ": BASE["σₚ"] * spread**0.5,
        "d": np.round(BASE["d"] * spread),
    }
    return ladder | {name: values.tolist() for name, values in moved.items()}


def cells(scale: str) -> list[dict[str, float]]:
    """Every setting that is trained, once: ``BASE`` lies on all five ladders."""
    settings = [BASE | {name: value} for name, values in grid(scale).items() for value in values]
    return [cell for k, cell in enumerate(settings) if cell not in settings[:k]]


def setting(paper: str) -> ss.Experiment:
    """Gradient descent on the data and network of Huang et al. 2025 (squared ReLU) or of Han et al.
    2025 (ReLU, fixed flips τ = 0.2).
    """
    problem = ss.SignalNoise(BASE["d"], 1.0, BASE["σₚ"], orthogonal=paper == LOW_SNR)
    return ss.Experiment(
        problem=problem if paper == LOW_SNR else problem.with_flip_rate(0.2),
        network=ss.PatchCNN(
            int(BASE["m"]), 1e-5, activation=ss.ReLUPower(2 if paper == LOW_SNR else 1)
        ),
        algorithm=ss.GradientDescent(BASE["η"]),
        n_samples=int(BASE["n"]),
        n_steps=N_STEPS,
        record_at=ss.log_spaced(N_STEPS, 120),
        n_test=20,
        measure="summary",
    )


def fields(paper: str, cells: list[dict[str, float]]) -> dict[str, list[float]]:
    """What moves from cell to cell: the parameters, and ‖μ‖ and σ_0 with them, so that n·SNR² and
    σ_0 σ_p √d stay.
    """
    own = [name for name in PATHS if len({cell[name] for cell in cells}) > 1]
    length = np.array([cell["σₚ"] * cell["d"] ** 0.5 for cell in cells])
    signal = length * (N_SNR2[paper] / np.array([cell["n"] for cell in cells])) ** 0.5
    moved = {
        PATHS[name]: [int(c[name]) if name in COUNTS else c[name] for c in cells] for name in own
    }
    return moved | {
        "problem.signal_strength": signal.tolist(),
        "network.init_std": (SMALL[paper] / length).tolist(),
    }


def measured(paper: str, scale: str, n_seeds: int, progress: Progress) -> xr.Dataset:
    """The times of one paper over (event, parameter, place, seed): numbers in one program, each n
    in its own.
    """
    rows = [[BASE | {name: value} for value in values] for name, values in grid(scale).items()]
    groups = [
        [cell for cell in cells(scale) if (cell["n"] == BASE["n"]) == shared]
        for shared in (True, False)
    ]
    by_cell = {}
    for group in groups:
        axis = {"cell": ss.Linked(fields(paper, group), labels=range(len(group)))}
        times = events(paper, ss.sweep(setting(paper), axis, n_seeds, progress=progress))
        by_cell |= {
            tuple(cell.values()): times.isel(cell=k, drop=True) for k, cell in enumerate(group)
        }
    joined = [xr.concat([by_cell[tuple(cell.values())] for cell in row], "place") for row in rows]
    return xr.concat(joined, "parameter").assign_coords(parameter=list(grid(scale)))


def events(paper: str, data: xr.Dataset) -> xr.Dataset:
    """T₁ at low SNR, max ρ̄ ≥ 1; or T₁ of the two stages: clean margins of 1 in the mean, and the
    crossing that ends stage I.

    Theorem 4.1 says that coefficients are of order 1 at T₁ and does not say which number that is: a
    margin of 1 is ours. ``stage_one`` is whether at T₁ clean samples are right and flipped ones
    predicted with their true label. (Stage I's predictions are those of the very first step if σ_0
    is small; a time of order nm/(η σ_p² d) is that of the margins.)
    """
    diverged = data["diverged_at"].max("time")
    if paper == LOW_SNR:
        times = ss.first_time(data["rho_bar_max"].max(["sign", "kind"]), 1.0)
        return times.expand_dims(event=[EVENTS[0]]).assign(diverged_at=diverged)
    clean, flipped = (data["accuracy"].sel(kind=kind, drop=True) for kind in ("clean", "flipped"))
    first = ss.first_time(data["margin_mean"].sel(kind="clean", drop=True), 1.0)
    crossing = ss.two_stage_stages(data).sel(stage="crossing", drop=True)
    there = data["time"] == first["high"]
    stage_one = ((clean == 1) & (flipped == 0) & there).any("time")
    both = xr.concat([first, crossing], "event").assign_coords(event=list(EVENTS[1:]))
    return both.assign(diverged_at=diverged, stage_one=stage_one)


def finite_size(values: Mapping[str, float]) -> float:
    """T₁ at low SNR with its constants: log(1/u)/log(1 + a), u = σ_0 σ_p √d · Φ⁻¹(2^{−1/(nm)}).

    While margins are small, −ℓ' = ½ and a noise pre-activation grows by 1 + a in a step, a = η σ_p²
    d/(nm); the largest of nm Gaussian draws starts at u (its median). The printed time, 4nm
    log(1/(σ_0 σ_p √d))/(η σ_p² d), is an upper bound with the same powers.
    """
    count = values["n"] * values["m"]
    rate = values["η"] * values["σₚ"] ** 2 * values["d"] / count
    return float(-np.log(SMALL[LOW_SNR] * ndtri(2 ** (-1 / count))) / np.log1p(rate))
