"""Where each algorithm generalises, over SNR and the number of samples.

Huang et al. 2025, figure 3 (arXiv 2510.17526).
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import COLORS, compare, synthetic
from sigspike.plots.maps import contours, hatch, heat
from sigspike.plots.style import panels


class PhaseDiagram(Figure):
    """SNR 0.03 … 0.10 (through ‖μ‖, d = 2000, σ_p = 0.5) × n = 100 … 700, 1000 steps, η = 1."""

    name: ClassVar[str] = "fig3"
    caption: ClassVar[str] = (
        "Test accuracy after 1000 steps, mean over seeds; "
        "lines of equal n·SNR²; hatched where a run diverged."
    )
    seeds: ClassVar[tuple[int, int]] = (10, 4)

    def experiment(self) -> ss.Experiment:
        return synthetic(n_samples=100, n_steps=1000, record_at=(1000,))

    def axes(self) -> dict[str, Any]:
        paper = self.scale == "paper"
        snr = np.linspace(0.03, 0.10, 8 if paper else 4)
        problem = self.experiment().problem
        strength = snr * float(problem.noise_std) * float(problem.dim) ** 0.5  # type: ignore[attr-defined]
        return {
            "n_samples": list(range(100, 701, 100)) if paper else [100, 200],
            "problem.signal_strength": strength.tolist(),
        }

    def settings(self) -> Settings:
        return {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "axes": self.axes(),
        }

    def compute(self, progress: Progress) -> xr.Dataset:
        data = compare(self.experiment(), self.axes(), self.n_seeds, progress).isel(time=0)
        problem = self.experiment().problem
        snr = data["signal_strength"] / (float(problem.noise_std) * float(problem.dim) ** 0.5)  # type: ignore[attr-defined]
        snr.attrs = {"long_name": "signal-to-noise ratio ‖μ‖ / (σ_p √d)", "units": "1"}
        return data.assign_coords(snr=snr.round(6), n_snr2=data["n_samples"] * snr**2)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 2, height=2.6)
        data = data.swap_dims(signal_strength="snr")
        accuracy = 1 - data["test_error"].mean("seed")
        for axes, name in zip(row, COLORS, strict=True):
            mesh = heat(axes, accuracy.sel(algorithm=name), "snr", "n_samples", vmin=0.5, vmax=1.0)
            contours(axes, lambda snr, n: n * snr**2, [0.5, 1, 2, 4], "%g")
            axes.annotate(
                "lines: n·SNR²", (0.03, 0.04), xycoords="axes fraction", color="white", fontsize=7
            )
            hatch(
                axes, (data["diverged_at"].sel(algorithm=name) >= 0).any("seed"), "snr", "n_samples"
            )
            axes.set(title=name, xlabel="SNR = ‖μ‖ / (σₚ √d)")
        row[0].set_ylabel("training samples n")
        figure.colorbar(mesh, ax=row, label="test accuracy")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """In each cell the gain of label-noise GD is held against √(se² + se²) of the two means
        that are drawn.

        The algorithms share their draws, so the error of the paired differences is smaller still;
        but with so many cells a false alarm at two paired errors is to be expected.
        """
        errors = data["test_error"]
        variance = errors.var("seed", ddof=1).sum("algorithm") / errors.sizes["seed"]
        gain = (errors.sel(algorithm="GD") - errors.sel(algorithm="label-noise GD")).mean("seed")
        error = variance**0.5
        worse, better = int((gain < -2 * error).sum()), int((gain > 2 * error).sum())
        best = int(np.argmax(gain.values))
        where = f"of {gain.size} cells, those where label-noise GD is"
        diverged = float((data["diverged_at"] >= 0).mean())
        largest = float(gain.values.flat[best]), float(error.values.flat[best])
        return [
            Claim(
                f"{where} worse than GD by over 2 standard errors",
                "Huang et al. 2025, Fig. 3",
                worse,
                0,
                high=0,
            ),
            Claim(
                f"{where} better than GD by over 2 standard errors",
                "Huang et al. 2025, Fig. 3",
                better,
                0,
                low=1,
            ),
            Claim(
                "largest gain in accuracy of a cell", "Huang et al. 2025, Fig. 3", *largest, low=0.3
            ),
            Claim(
                "fraction of runs that diverged", "Huang et al. 2025, Fig. 3", diverged, 0, high=0
            ),
        ]
