"""Where meta-reweighting works in the kernel regime: clean examples × flip rate × separation."""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from scipy.special import ndtr, ndtri

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.meta_reweighting.setting import OURS, SOURCE, default, planted
from sigspike.plots.maps import heat
from sigspike.plots.style import panels

SEPARATIONS = (0.1, 0.3, 1.0)
SIZES = {"paper": (2, 4, 8, 16, 32, 64), "quick": (2, 8)}
N_STEPS, SURE = 1000, 0.9


class KernelMap(Figure):
    """The default kernel machine, ‖μ‖ chosen by its separation s = ‖μ‖²/(σ_p² √d), the signal of K
    over its noise.

    From f = 0 the first couplings are c_i = (ỹ_i y_i ‖μ‖² + ε_i) · const with ε_i ~ N(0, σ_p⁴
    d/n_v), so that their AUC is Φ(s √(2 n_v)) for any flip rate (ours). η and β are divided by ‖μ‖²
    + σ_p² d/n and its like, to keep the pace.
    """

    name: ClassVar[str] = "kernel-map"
    caption: ClassVar[str] = (
        "Meta-reweighting of a kernel machine, n = 200: AUC of the weights after 1000 steps (top) "
        "and test error of plain gradient descent minus that of meta-reweighting (bottom), mean "
        "over seeds, for separations s = ‖μ‖² / (σₚ²√d) of the kernel. Dashed: clean examples at "
        "which the AUC of the first couplings, Φ(s √(2n_v)) in theory, is 0.9."
    )
    seeds: ClassVar[tuple[int, int]] = (10, 4)

    @property
    def rates(self) -> list[float]:
        return np.linspace(0.05, 0.45, 9 if self.scale == "paper" else 5).round(3).tolist()

    def experiment(self, size: int) -> ss.Experiment:
        """Meta-reweighting with this many clean examples; plain gradient descent with none."""
        plain = default("kernel")
        if size == 0:
            plain = ss.put(
                ss.put(plain, "measure", "summary"),
                "algorithm",
                ss.GradientDescent(1.0, loss=ss.Squared()),
            )
        else:
            plain = ss.put(plain, "algorithm.weights.n_clean", size)
        return ss.put(ss.put(plain, "record_at", (0, N_STEPS)), "n_steps", N_STEPS)

    def strengths(self) -> dict[str, list[float]]:
        """‖μ‖ of every separation, and rates as slow as the default's beside ‖μ‖² = 100."""
        problem = planted()
        square = [
            s * float(problem.noise_std) ** 2 * float(problem.dim) ** 0.5 for s in SEPARATIONS
        ]
        largest = [one + float(problem.noise_std) ** 2 * float(problem.dim) / 200 for one in square]
        return {
            "problem.signal_strength": [one**0.5 for one in square],
            "algorithm.learning_rate": [0.01 / one for one in largest],
            "algorithm.weights.rule.rate": [0.2 / one for one in largest],
        }

    def settings(self) -> Settings:
        experiment = ss.describe(self.experiment(SIZES[self.scale][0]))
        axes = {"flip_rate": self.rates, "n_clean": SIZES[self.scale], "separation": SEPARATIONS}
        return {"experiment": experiment, "n_seeds": self.n_seeds, "axes": axes} | self.strengths()

    def compute(self, progress: Progress) -> xr.Dataset:
        parts = []
        for size in (0, *SIZES[self.scale]):
            fields = {
                path: values
                for path, values in self.strengths().items()
                if size or "rule" not in path
            }
            axes = {
                "problem.flip_rate": self.rates,
                "separation": ss.Linked(fields, labels=SEPARATIONS),
            }
            runs = ss.sweep(self.experiment(size), axes, self.n_seeds, progress=progress)
            parts.append(runs.drop_vars(["snr", "n_snr2"], errors="ignore"))
        plain, *meta = parts
        kept = ["auc_weights", "auc_couplings", "test_error", "diverged_at"]
        runs = xr.concat([part[kept] for part in meta], "n_clean").assign_coords(
            n_clean=list(SIZES[self.scale])
        )
        last, first = runs.isel(time=-1, drop=True), runs["auc_couplings"].isel(time=0, drop=True)
        return last.assign(
            first_auc=first, plain_error=plain["test_error"].isel(time=-1, drop=True)
        )

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(2, len(SEPARATIONS), height=2.0)
        mean = data.mean("seed")
        gain = mean["plain_error"] - mean["test_error"]
        for column, separation in enumerate(SEPARATIONS):
            for row, values, (low, high) in (
                (0, mean["auc_weights"], (0.5, 1)),
                (1, gain, (0, 0.3)),
            ):
                axes = rows[row][column]
                axes.set(yscale="log")
                mesh = heat(
                    axes,
                    values.sel(separation=separation),
                    "flip_rate",
                    "n_clean",
                    vmin=low,
                    vmax=high,
                )
                _theory(axes, separation)
                axes.set_yticks(SIZES[self.scale], [str(size) for size in SIZES[self.scale]])
                axes.minorticks_off()
                if column == len(SEPARATIONS) - 1:
                    label = ("AUC of the weights", "fall of the test error")[row]
                    figure.colorbar(
                        mesh, ax=rows[row], label=label, extend=("neither", "both")[row]
                    )
            rows[0][column].set_title(f"s = {separation}")
            rows[1][column].set_xlabel("flip rate τ")
        for row in rows:
            row[0].set_ylabel("clean examples n$_v$")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        theory = ndtr(data["separation"] * (2 * data["n_clean"]) ** 0.5)
        theory = xr.DataArray(theory, dims=("separation", "n_clean"))
        off = abs(data["first_auc"].mean("flip_rate") - theory).mean(["separation", "n_clean"])
        strong = data.sel(separation=1.0, n_clean=data["n_clean"] >= 8)
        told = strong["auc_weights"].mean(["flip_rate", "n_clean"])
        gain = (strong["plain_error"] - strong["test_error"]).sel(flip_rate=0.45).mean("n_clean")
        weak = data["auc_weights"].sel(separation=0.1, n_clean=2).mean("flip_rate")
        return [
            Claim.of_seeds(
                "AUC of the first couplings: mean distance from Φ(s √(2 n_v))", OURS, off, high=0.04
            ),
            Claim.of_seeds("s = 1, n_v ≥ 8: AUC of the weights", SOURCE, told, 0.95),
            Claim.of_seeds("s = 1, n_v ≥ 8, τ = 0.45: fall of the test error", SOURCE, gain, 0.05),
            Claim.of_seeds("s = 0.1, n_v = 2: AUC of the weights", OURS, weak, 0.45, 0.75),
            Claim("runs that diverged", OURS, float((data["diverged_at"] >= 0).sum()), 0, high=0),
        ]


def _theory(axes: Axes, separation: float) -> None:
    """n_v with Φ(s √(2 n_v)) = 0.9, where it lies on the map."""
    needed = float((ndtri(SURE) / separation) ** 2 / 2)
    low, high = axes.get_ylim()
    if low < needed < high:
        axes.axhline(needed, color="white", linewidth=2.2)
        axes.axhline(needed, color="black", linewidth=0.9, linestyle="--")
