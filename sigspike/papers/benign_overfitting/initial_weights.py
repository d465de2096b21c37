"""Whether the map depends on the law of the initial weights: uniform, as published, or Gaussian.

Kou et al. 2023 (arXiv 2303.04145).
"""

from functools import partial
from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.axes import Axes
from numpy import ndarray

import sigspike as ss
from sigspike.papers.axes import described
from sigspike.papers.benign_overfitting import setting
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.plots.maps import heat
from sigspike.plots.style import COLORS, panels

N_FLIPS = 400
BINS = np.linspace(-4, 4, 33)
LAWS = ("uniform", "gaussian")


class InitialWeights(Figure):
    """w and b ~ U(−1/√d, 1/√d) against N(0, 1/(3d)): a coarser map than the published one, with
    more seeds.

    Each seed has its labels in both laws and in every cell, so cells are far from independent
    (between distant d the test errors of a seed correlate by 0.8 to 0.95): seeds alone are. In a
    cell the difference is paired by seed and held against its standard error over seeds. For the
    whole map, the statistics are recomputed with the differences of each seed, a map at a time,
    multiplied by random signs: exact if the laws make no difference, since a seed's two maps can
    then be exchanged, and it keeps every correlation between cells. Few seeds mislead: the first 80
    gave a mean over the map of −0.0046 ± 0.0020, 400 others (``seed=12345``) +0.0010 ± 0.0010.
    """

    name: ClassVar[str] = "init"
    caption: ClassVar[str] = (
        "Test error with uniform initial weights, U(−1/√d, 1/√d), minus that with Gaussian ones "
        "of the same variance: mean over seeds (left), and over cells in paired standard errors "
        "(right). Grey: 5–95 % of what random signs of the seeds' maps give, that is, if the law "
        "made no difference."
    )
    seeds: ClassVar[tuple[int, int]] = (320, 96)  # of few seeds few patterns of signs can be drawn

    def experiment(self) -> ss.Experiment:
        return setting.experiment()

    def axes(self) -> dict[str, Any]:
        paper = self.scale == "paper"
        return setting.grid(setting.strengths(0.5), setting.dimensions(198 if paper else 90))

    def settings(self) -> Settings:
        axes = {"network.init": list(LAWS)} | described(self.axes())
        return {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds, "axes": axes}

    def compute(self, progress: Progress) -> xr.Dataset:
        runs: list[xr.Dataset] = []
        for count, law in enumerate(LAWS):
            told = partial(_told, progress, count)
            runs.append(
                setting.final(
                    ss.sweep(setting.experiment(law), self.axes(), self.n_seeds, progress=told)
                )
            )
        data = xr.concat(runs, xr.Variable("init", list(LAWS)))
        error = data["test_error"].astype(float)
        paired = (error.sel(init="uniform") - error.sel(init="gaussian")).transpose(
            "signal_strength", "dim", "seed"
        )
        signs = np.random.default_rng(0).choice([-1.0, 1.0], (N_FLIPS, self.n_seeds))
        cells = ("signal_strength", "dim")
        units = {"units": "standard errors"}
        return data.assign(
            difference=paired.mean("seed").assign_attrs(
                long_name="test error, uniform − Gaussian", units="1"
            ),
            score=(cells, scores(paired.values, np.ones((1, self.n_seeds)))[0], units),
            null_score=(("flip", *cells), scores(paired.values, signs).astype(np.float32), units),
        )

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 2, height=2.5)
        limit = float(abs(data["difference"]).max())
        mesh = heat(row[0], data["difference"], "signal_strength", "dim", vmin=-limit, vmax=limit)
        mesh.set_cmap("PuOr")
        row[0].set(xlabel="signal strength ‖μ‖  (σₚ = 1)", ylabel="dimension d")
        figure.colorbar(mesh, ax=row[0], label="test error, uniform − Gaussian")
        _histogram(row[1], data)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        error = data["test_error"].mean(("signal_strength", "dim"))
        overall = error.sel(init="uniform") - error.sel(init="gaussian")
        beyond = float((abs(data["score"]) > 2).mean())
        null = (abs(data["null_score"]) > 2).mean(("signal_strength", "dim"))
        return [
            Claim.of_seeds(
                "test error, uniform − Gaussian, mean over the map",
                "Kou et al. 2023, heat map",
                overall,
                -0.01,
                0.01,
            ),
            Claim(
                "mean absolute difference of a cell",
                "Kou et al. 2023, heat map",
                float(abs(data["difference"]).mean()),
                0,
                high=0.02,
            ),
            Claim(
                "cells that differ by over 2 standard errors, "
                "against the 95 % quantile under random signs",
                "Kou et al. 2023, heat map",
                beyond,
                float(null.std()),
                high=float(null.quantile(0.95)),
            ),
            Claim(
                "fraction of runs that diverged",
                "Kou et al. 2023, heat map",
                float((data["diverged_at"] >= 0).mean()),
                0,
                high=0,
            ),
        ]


def _told(progress: Progress, count: int, done: int, total: int) -> None:
    """Progress of the sweep number ``count`` of both."""
    progress(count * total + done, len(LAWS) * total)


def scores(
    paired: Float[ndarray, "strength dim seed"], signs: Float[ndarray, "flip seed"]
) -> Float[ndarray, "flip strength dim"]:
    """Mean over its standard error, of each cell's differences with each row of signs; 0 where all
    seeds agree.
    """
    n_seeds = signs.shape[1]
    mean = np.tensordot(signs, paired, (1, 2)) / n_seeds
    variance = ((paired**2).mean(-1) - mean**2) / (n_seeds - 1)
    return np.where(variance > 1e-12, mean / np.sqrt(np.maximum(variance, 1e-12)), 0)


def _histogram(axes: Axes, data: xr.Dataset) -> None:
    """Fractions of cells, and the band that random signs leave them."""
    n_cells = data["score"].size
    low, high = np.quantile(
        [np.histogram(flip, BINS)[0] / n_cells for flip in data["null_score"].values],
        (0.05, 0.95),
        axis=0,
    )
    axes.stairs(high, BINS, baseline=low, fill=True, color="0.8", label="no difference (5–95 %)")
    axes.stairs(
        np.histogram(data["score"], BINS)[0] / n_cells,
        BINS,
        color=COLORS[0],
        linewidth=1.2,
        label="measured",
    )
    axes.set(xlabel="difference / its standard error over seeds", ylabel="fraction of cells")
    axes.set_ylim(0, 1.3 * axes.get_ylim()[1])
    axes.legend(loc="upper left")
