"""SGD against SAM: test error over signal strength and dimension, and where the boundaries lie."""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, NullLocator

import sigspike as ss
from sigspike.papers.axes import described
from sigspike.papers.boundary import fit_boundary
from sigspike.papers.claim import Claim
from sigspike.papers.contrast import clearly_above
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.plots.maps import hatch, heat, line
from sigspike.plots.style import COLORS, panels

PAPER = "Chen et al. 2023"
MAPS = ("SGD", "SAM")
SLOW = "SAM, η = 5/d"
NAMES = (*MAPS, SLOW)
N_SAMPLES, WIDTH, BATCH, PATCHES, FLIP_RATE = 20, 10, 10, 2, 0.1
LEVEL = 0.3  # of the boundary: half-way from the flip rate to chance


class HeatMap(Figure):
    """n = 20, P = 2, σ_p = 1, orthogonal noise, p = 0.1 in training and test; m = 10, ReLU, batches
    of 10.

    Our choices, where we could not take the paper's: d = 1000 … 20 000; η = 0.005 at every d, so
    that 4000 steps are as many times m/(η‖μ‖²), which SAM needs, at every d, and η σ_p² d/(nm) ≤ ½,
    so that no step overshoots; σ_0 = 0.1/√d, small as the theorems ask; τ = 2 m√B/(P σ_p √d), which
    the theorem on SAM has up to a constant, throughout training (its last phase, SGD down to a
    small loss, is left out). SGD is SAM at τ = 0, to the bit: both are cells of one program and
    share their draws. How flat SAM's boundary is depends on η: a third row of cells has η = 5/d, by
    which the signal has less and less time as d grows. Two settings came before this one: with η =
    400/d SAM's exponent was 0.15 ± 0.03, and with η = 0.01 its boundary left the grid.
    """

    name: ClassVar[str] = "sgd-sam"
    caption: ClassVar[str] = (
        "Test error of mini-batch SGD and SAM after 4000 steps, mean over seeds; hatched where a "
        "run diverged. Line: n‖μ‖⁴ = C σₚ⁴ d, with C fitted to SGD's crossings of 0.3. Right: ‖μ‖ "
        "at which the error is 0.3, and its exponent in d (± 2 standard errors over seeds); with "
        "η = 5/d the same steps leave SAM less time for the signal as d grows. η = 0.005, n = 20, "
        "σₚ = 1, m = 10, batches of 10, flip rate 0.1 (the least error), τ = 2 m√B / (P σₚ √d)."
    )
    seeds: ClassVar[tuple[int, int]] = (8, 4)

    def experiment(self) -> ss.Experiment:
        problem = ss.SignalNoise(
            dim=1000,
            signal_strength=1.0,
            noise_std=1.0,
            flip_rate_positive=FLIP_RATE,
            flip_rate_negative=FLIP_RATE,
            flip_test_labels=True,
        )
        return ss.Experiment(
            problem=problem,
            network=ss.PatchCNN(width=WIDTH, activation=ss.ReLUPower(1)),
            algorithm=ss.SAM(learning_rate=0.005, radius=0.0, batches=ss.Shuffled(BATCH)),
            n_samples=N_SAMPLES,
            n_steps=4000,
            record_at=(4000,),
            n_test=1000,
            measure="summary",
        )

    def axes(self) -> dict[str, Any]:
        """‖μ‖; and SGD, SAM, and SAM with the slow rate at every d."""
        paper = self.scale == "paper"
        strengths = np.geomspace(0.1, 8, 18 if paper else 9).round(3).tolist()
        dims = np.geomspace(1000, 20_000, 8 if paper else 4).round().tolist()
        radius = [2 * WIDTH * BATCH**0.5 / (PATCHES * dim**0.5) for dim in dims]
        fields = {
            "problem.dim": dims * 3,
            "algorithm.ascent.radius": [0.0] * len(dims) + radius * 2,
            "algorithm.learning_rate": [0.005] * 2 * len(dims) + [5 / dim for dim in dims],
            "network.init_std": [0.1 / dim**0.5 for dim in dims * 3],
        }
        return {
            "problem.signal_strength": strengths,
            "cell": ss.Linked(fields, labels=range(3 * len(dims))),
        }

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        return facts | {"axes": described(self.axes())}

    def compute(self, progress: Progress) -> xr.Dataset:
        axes = self.axes()
        data = ss.sweep(self.experiment(), axes, self.n_seeds, progress=progress).isel(
            time=0, drop=True
        )
        data = data[["test_error", "train_accuracy", "diverged_at"]].drop_vars(
            ["snr", "n_snr2"], errors="ignore"
        )
        dims = axes["cell"].fields["problem.dim"]
        places = {
            "algorithm": ("cell", np.repeat(NAMES, len(dims) // len(NAMES)).astype(object)),
            "dim": ("cell", dims),
        }
        data = (
            data.drop_vars("cell")
            .assign_coords(places)
            .set_index(cell=["algorithm", "dim"])
            .unstack("cell")
        )
        data = data.sel(algorithm=list(NAMES))
        fits = [
            fit_boundary(
                data["test_error"].sel(algorithm=name, drop=True),
                data["signal_strength"],
                (LEVEL,),
                N_SAMPLES,
            )
            for name in NAMES
        ]
        return data.merge(
            xr.concat(fits, "algorithm")
            .assign_coords(algorithm=list(NAMES))
            .isel(level=0, drop=True)
        )

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.4)
        for axes, name in zip(row, MAPS, strict=False):
            axes.set(xscale="log", yscale="log")
            own = data.sel(algorithm=name)
            mesh = heat(
                axes, own["test_error"].mean("seed"), "signal_strength", "dim", vmin=0, vmax=0.5
            )
            hatch(axes, (own["diverged_at"] >= 0).any("seed"), "signal_strength", "dim")
            self._lines(axes, float(data["constant"].sel(algorithm="SGD")))
            axes.set(title=name, xlabel="signal strength ‖μ‖  (σₚ = 1)")
        row[0].set_ylabel("dimension d")
        row[1].tick_params(labelleft=False)
        figure.colorbar(
            mesh, ax=row[:2], label="test error", location="bottom", aspect=40, pad=0.02
        )
        self._boundaries(row[2], data)
        return figure

    def _lines(self, axes: Axes, constant: float) -> None:
        """Theory's boundary of SGD."""
        mu = np.geomspace(0.1, 20, 200)
        line(axes, mu, N_SAMPLES * mu**4 / constant)
        _round(axes.xaxis, [0.1, 0.3, 1, 3])
        _round(axes.yaxis, [1000, 3000, 10_000])

    def _boundaries(self, axes: Axes, data: xr.Dataset) -> None:
        for name, color in zip(NAMES, COLORS, strict=False):
            own = data.sel(algorithm=name)
            power, error = float(own["exponent"]) / 4, float(own["exponent_se"]) / 4
            text = f"{name}: ‖μ‖ ∝ d$^{{{power:.2f} ± {2 * error:.2f}}}$"
            axes.plot(own["dim"], own["boundary"], "o-", markersize=3, color=color, label=text)
        axes.set(
            xscale="log", yscale="log", xlabel="dimension d", ylabel=f"‖μ‖ at test error {LEVEL}"
        )
        axes.set_ylim(0.08, 50)
        _round(axes.xaxis, [1000, 3000, 10_000])
        _round(axes.yaxis, [0.1, 0.3, 1, 3, 10])
        axes.legend(loc="upper left")

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Of cells: where the theorem on SGD foretells harmful overfitting (below its fitted
        boundary) and ‖μ‖ ≥ 1.
        """
        sgd, sam = (data.sel(algorithm=name, drop=True) for name in MAPS)
        strength, bound = data["signal_strength"], float(sgd["constant"]) * data["dim"]
        harmful = (N_SAMPLES * strength**4 < bound) & (strength >= 1)
        strong = N_SAMPLES * strength**4 > 10 * bound
        better, size = clearly_above(*(_cells(run["test_error"], harmful) for run in (sgd, sam)))
        worse, _ = clearly_above(*(_cells(run["test_error"], harmful) for run in (sam, sgd)))
        gap = sgd["test_error"] - sam["test_error"]
        kept = sgd["train_accuracy"] - sam["train_accuracy"]
        of_seeds, harm = Claim.of_seeds, "below SGD's boundary and ‖μ‖ ≥ 1"
        fine, fitted = "n‖μ‖⁴ > 10 C σₚ⁴ d: test error of", "training accuracy on the given labels"
        counted = f"of {size} cells {harm}, those where SAM is clearly"
        return [
            Claim(f"{counted} better", PAPER, better, 0, low=0.9 * size),
            Claim(f"{counted} worse", PAPER, worse, 0, high=0),
            of_seeds(f"SGD minus SAM, mean over the cells {harm}", PAPER, _mean(gap, harmful), 0.1),
            of_seeds(
                f"SGD memorises: {fitted}, {harm}",
                PAPER,
                _mean(sgd["train_accuracy"], harmful),
                0.99,
            ),
            of_seeds(
                f"SAM leaves flips alone: {fitted}, SGD minus SAM, {harm}",
                PAPER,
                _mean(kept, harmful),
                0.02,
            ),
            of_seeds(f"{fine} SGD", PAPER, _mean(sgd["test_error"], strong), 0.08, 0.14),
            of_seeds(f"{fine} SAM", PAPER, _mean(sam["test_error"], strong), 0.08, 0.14),
            *_exponents(data),
            Claim(
                "fraction of runs that diverged",
                PAPER,
                float((data["diverged_at"] >= 0).mean()),
                0,
                high=0,
            ),
        ]


def _round(axis: Axis, places: list[float]) -> None:
    """Ticks at round numbers of a logarithmic axis."""
    axis.set_major_locator(FixedLocator(places))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:g}")


def _exponents(data: xr.Dataset) -> list[Claim]:
    """Of d in the boundary of each algorithm."""
    power, error = data["exponent"] / 4, data["exponent_se"] / 4
    flatter = float(power.sel(algorithm="SGD") - power.sel(algorithm="SAM"))
    sure = float((error.sel(algorithm=list(MAPS)) ** 2).sum() ** 0.5)
    text = "exponent of d in ‖μ‖ at test error 0.3"
    return [
        _exponent(f"SGD: {text} (theory: 1/4)", data, "SGD", 0.2, 0.3),
        _exponent(f"SAM: {text} (theory: 0)", data, "SAM", -0.1, 0.1),
        Claim("exponent of SGD minus that of SAM", PAPER, flatter, sure, low=0.12),
        _exponent(
            "SAM, η = 5/d and as many steps: that exponent is no longer 0", data, SLOW, low=0.1
        ),
    ]


def _exponent(text: str, data: xr.Dataset, name: str, low: float, high: float = np.inf) -> Claim:
    """Of ‖μ‖ ∝ d^(b/4), where the boundary is n‖μ‖⁴ ∝ d^b."""
    own = data[["exponent", "exponent_se"]].sel(algorithm=name) / 4
    return Claim(text, PAPER, float(own["exponent"]), float(own["exponent_se"]), low, high)


def _cells(values: xr.DataArray, where: xr.DataArray) -> xr.DataArray:
    """The cells of the map where something is true, in a row."""
    return values.stack(cell=where.dims).isel(cell=np.flatnonzero(where.values))


def _mean(values: xr.DataArray, where: xr.DataArray) -> xr.DataArray:
    """Their mean, seed by seed."""
    return values.where(where).mean(where.dims)
