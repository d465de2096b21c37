"""What the figures have in common: the setting, its two tests, and the stages of every run.

Han et al. 2025 (arXiv 2505.18909).
"""

from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple

import xarray as xr

import sigspike as ss
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.theory import TwoStages

N_SAMPLES, DIM, WIDTH = 200, 2000, 20
LENGTH = 2000**0.5  # of a noise, σ_p √d
N_SNR2 = 8.0
FLIP_RATE = 0.2
TESTS = ("fresh", "training")  # i.i.d., and D_test: the noise of a training sample
LIKELY = 0.95  # of the runs: theorems hold with probability 1 − δ
STAGE_ONE, STAGE_TWO = "Han et al. 2025, Theorem 4.1", "Han et al. 2025, Theorem 4.2"
PARTS = ("at", "low", "high", "reached", "last")  # of a stage
D_TEST = r"$D_\mathrm{test}$"


def experiment(n_steps: int, **changes: Any) -> ss.Experiment:
    """n = 200, d = 2000, m = 20, ReLU, ‖ξ‖² ≈ σ_p² d = 2000, n·SNR² = 8, η = 0.1, τ = 0.2; noise
    not orthogonal to μ.

    The paper's numbers are not known to us: these are ours. σ_0 = 0.001, so that the initial
    network, of size σ_0 σ_p √d = 0.04, tells nothing; at σ_0 = 0.01 it hides stage I from one seed
    in ten.
    """
    problem = ss.SignalNoise(
        dim=DIM,
        signal_strength=strength(N_SNR2),
        noise_std=LENGTH / DIM**0.5,
        orthogonal=False,
        flip_rate_positive=FLIP_RATE,
        flip_rate_negative=FLIP_RATE,
    )
    settings: dict[str, Any] = {
        "n_samples": N_SAMPLES,
        "n_steps": n_steps,
        "n_test": 2000,
        "measure": "summary",
    }
    return ss.Experiment(
        problem=problem,
        network=ss.PatchCNN(width=WIDTH, activation=ss.ReLUPower(1), init_std=0.001),
        algorithm=ss.GradientDescent(learning_rate=0.1),
        **(settings | changes),
    )


def strength(n_snr2: float) -> float:
    """‖μ‖ = SNR σ_p √d."""
    return (n_snr2 / N_SAMPLES) ** 0.5 * LENGTH


def unit_of_time(cell: ss.Experiment) -> float:
    """nm/(ησ_p²d): T₁ of Theorem 4.1 with constant 1 (20 steps here)."""
    prediction = TwoStages()(cell)["T1"]
    return prediction.value  # type: ignore[union-attr]


class Cell(NamedTuple):
    """The numbers in which trainings of one program differ: τ₊, τ₋, η and n·SNR² (through ‖μ‖)."""

    positive: float
    negative: float
    rate: float = 0.1
    n_snr2: float = N_SNR2


class Runs(Figure):
    """A figure of long trainings, four cells that differ in numbers: those of one shape share their
    compilation.
    """

    seeds: ClassVar[tuple[int, int]] = (20, 6)

    @property
    def n_steps(self) -> int:
        """Of the shown time."""
        return 4000 if self.scale == "paper" else 1000

    @abstractmethod
    def cells(self) -> dict[str, Cell]:
        """Four of them, by name."""

    def looped(self) -> dict[str, Any]:
        """Axes besides the cells: the two tests."""
        return {"problem.test_noise": list(TESTS)}

    def experiment(self) -> ss.Experiment:
        """Seen at evenly spaced logarithms of time, and at nm/(ησ_p²d) for η = 0.1."""
        unit = round(unit_of_time(experiment(1)))
        return experiment(
            self.n_steps, record_at=tuple(sorted({*ss.log_spaced(self.n_steps, 40), unit}))
        )

    def settings(self) -> Settings:
        axes = self.looped() | {
            "cell": {name: cell._asdict() for name, cell in self.cells().items()}
        }
        return {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds, "axes": axes}

    def compute(self, progress: Progress) -> xr.Dataset:
        """The trainings and the stages of each; what both tests share is kept once."""
        positive, negative, rate, n_snr2 = zip(*self.cells().values(), strict=True)
        fields = {
            "problem.flip_rate_positive": positive,
            "problem.flip_rate_negative": negative,
            "algorithm.learning_rate": rate,
            "problem.signal_strength": [strength(x) for x in n_snr2],
        }
        axes = self.looped() | {
            "cell": ss.Linked(fields, labels=list(self.cells()), about="flip rates, η and n·SNR²")
        }
        data = ss.sweep(self.experiment(), axes, self.n_seeds, progress=progress)
        data = data.drop_vars(
            ["snr", "n_snr2", *(name for name in data if "underline" in str(name))], errors="ignore"
        )
        if "test_noise" in data.dims:
            once = data.drop_vars("test_error").isel(test_noise=0, drop=True)
            data = once.drop_vars("test_error_se").assign(test_error=data["test_error"])
        return with_stages(data)


def with_stages(data: xr.Dataset) -> xr.Dataset:
    """The data and their stages, along ``stage``: ``stage_at``, ``stage_low``, ``stage_high``,
    ``stage_reached``.
    """
    stages = ss.two_stage_stages(data)
    return data.assign({f"stage_{name}": stages[name].astype(float) for name in PARTS})


def stages_of(data: xr.Dataset) -> xr.Dataset:
    """The stages that ``with_stages`` noted, as ``first_time`` gives them."""
    parts = {name: data[f"stage_{name}"] for name in PARTS}
    return xr.Dataset(parts).assign(reached=parts["reached"] > 0)


def at_stage_one(data: xr.Dataset) -> xr.Dataset:
    """The records at the detected T₁, run by run (NaN where a run does not reach it)."""
    moment = data["stage_high"].sel(stage="separated", drop=True)
    return data.where(data["time"] == moment).max("time")


def flipped_share(data: xr.Dataset) -> xr.DataArray:
    """The share of flipped labels that a run has drawn, from its first record at which the two
    kinds differ.
    """
    first = data.isel(time=1)
    clean, flipped = (first["accuracy"].sel(kind=kind, drop=True) for kind in ("clean", "flipped"))
    return (clean - first["train_accuracy"]) / (clean - flipped)


def excess(data: xr.Dataset) -> xr.DataArray:
    """D_test error at the end over half the share of flipped labels drawn: at least 1 (Theorem
    4.2).

    A test set of 2000 tells it to a tenth.
    """
    error = data["test_error"].isel(time=-1)
    error = error.sel(test_noise="training", drop=True) if "test_noise" in error.dims else error
    return error / (flipped_share(data) / 2)
