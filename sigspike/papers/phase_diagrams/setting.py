"""What the phase diagrams share: the experiment, its cells, and the best flip rate.

The best flip rate is chosen on other seeds than those whose error is then shown.
"""

import itertools
from abc import abstractmethod
from typing import Any, ClassVar

import xarray as xr

import sigspike as ss
from sigspike.papers.contrast import TOLERANCE
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.held_out import held_out
from sigspike.papers.synthetic import synthetic, with_ratio
from sigspike.plots.curves import worst

N_SAMPLES = 100
NOISY, SMOOTH = "label-noise GD", "label smoothing"
FLIP = {
    NOISY: (ss.LabelNoiseGD(1.0), "algorithm.labels.flip_rate", 1),
    SMOOTH: (ss.LabelSmoothing(1.0), "algorithm.labels.alpha", 2),
}
ABOUT = {
    "flip_rate": "flip rate p (label smoothing: α = 2p; p = 0 is gradient descent)",
    "snr": "signal-to-noise ratio ‖μ‖ / (σ_p √d)",
    "width": "filters m of each sign",
}


class Diagram(Figure):
    """Section 5 of Huang et al. 2025, arXiv 2510.17526 (d = 2000, σ_p = 0.5, squared ReLU, η = 1;
    σ_0 = 0.01 ours) at n = 100, 1000 steps.

    Gradient descent is label-noise gradient descent at p = 0, and label smoothing at α = 0. With p
    known, smoothing at α = 2p has the expected gradient of the flips (`LabelSmoothing`).
    """

    seeds: ClassVar[tuple[int, int]] = (6, 4)

    @property
    def snrs(self) -> list[float]:
        """SNR from where nothing is learnt to where gradient descent learns too."""
        if self.scale == "paper":
            return [0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.14, 0.17, 0.2]
        return [0.04, 0.08, 0.12, 0.2]

    @property
    def flip_rates(self) -> list[float]:
        """p from none to nearly half of the labels."""
        paper = self.scale == "paper"
        return [k / 20 for k in range(10)] if paper else [0.0, 0.1, 0.2, 0.3, 0.4, 0.45]

    @abstractmethod
    def axes(self) -> dict[str, Any]:
        """``flip_rate``, ``snr`` and ``width``, all of which are crossed."""

    def experiment(self) -> ss.Experiment:
        return synthetic(n_samples=N_SAMPLES, n_steps=1000, record_at=(1000,))

    def settings(self) -> Settings:
        algorithms = {name: ss.describe(algorithm) for name, (algorithm, _, _) in FLIP.items()}
        facts = {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "axes": self.axes(),
        }
        return facts | {"algorithms": algorithms, "smoothing": "α = 2p"}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Both algorithms over all cells, and what is drawn of them: ``gamma``, ``rho_bar`` and
        their ``ratio``.
        """
        sweeps = []
        for name in FLIP:
            done = len(sweeps)
            sweeps.append(
                self._sweep(name, lambda k, n, done=done: progress(done * n + k, len(FLIP) * n))
            )
        data = with_ratio(
            xr.concat(sweeps, "algorithm", join="exact").assign_coords(algorithm=list(FLIP))
        )
        data = data.assign(gamma=worst(data["gamma_max"]), rho_bar=worst(data["rho_bar_max"])).isel(
            time=0
        )
        for name, about in ABOUT.items():
            data[name].attrs = {"long_name": about, "units": "1"}
        return data.squeeze([name for name in ABOUT if data.sizes[name] == 1])

    def _sweep(self, name: str, progress: Progress) -> xr.Dataset:
        """One algorithm over all cells, listed along one axis: figures with as many cells share a
        compilation.
        """
        axes, (algorithm, path, factor) = self.axes(), FLIP[name]
        flip, snr, width = zip(
            *itertools.product(axes["flip_rate"], axes["snr"], axes["width"]), strict=True
        )
        moved = {path: [factor * p for p in flip], "problem.snr": snr, "network.width": width}
        experiment = ss.put(self.experiment(), "algorithm", algorithm)
        cells = {"cell": ss.Linked(moved, labels=range(len(flip)))}
        data = ss.sweep(experiment, cells, self.n_seeds, progress=progress)
        places = {
            "flip_rate": ("cell", list(flip)),
            "snr": ("cell", list(snr)),
            "width": ("cell", list(width)),
        }
        data = data.drop_vars(["cell", "snr", "n_snr2"], errors="ignore").assign_coords(places)
        return data.set_index(cell=list(places)).unstack("cell")


def best_flip_rate(error: xr.DataArray) -> xr.DataArray:
    """The smallest p > 0 whose mean error over seeds is within ``TOLERANCE`` of the lowest."""
    mean = error.sel(flip_rate=error["flip_rate"] > 0).mean("seed")
    return (mean <= mean.min("flip_rate") + TOLERANCE).idxmax("flip_rate")


def gain(error: xr.DataArray) -> xr.DataArray:
    """Gradient descent's error minus that at the best flip rate (chosen on other seeds), seed by
    seed.
    """
    return error.sel(flip_rate=0, drop=True) - held_out(error, "flip_rate", best_flip_rate)
