"""How well small losses tell clean samples from noisy ones, and when.

Sample selection after Han et al. 2025 (arXiv 2505.18909).
"""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.common.selection import precision, recall, selected
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.two_stages.drawing import boundary
from sigspike.papers.two_stages.setting import (
    LIKELY,
    at_stage_one,
    experiment,
    unit_of_time,
    with_stages,
)
from sigspike.plots.curves import curve
from sigspike.plots.maps import heat
from sigspike.plots.style import COLORS, panels

LOG2 = float(np.log(2))
SOURCE = "Han et al. 2025, sample selection"


class Selection(Figure):
    """The setting at τ = 0.2, 400 steps; samples are kept whose loss is below a threshold of 0.02 …
    4, log 2 among them.
    """

    name: ClassVar[str] = "selection"
    caption: ClassVar[str] = (
        "Keeping the samples with a loss below a threshold: the clean share of what is kept "
        "(precision) and the kept share of what is clean (recall), against the step and the "
        "threshold, mean over seeds (white: nothing kept); dashed: log 2. Right: both at log 2, "
        "median and 10–90 % band over seeds. Grey: the end of stage I."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 6)

    def experiment(self) -> ss.Experiment:
        steps = tuple(sorted({*ss.log_spaced(400, 36), round(unit_of_time(experiment(1)))}))
        return experiment(400, record_at=steps, n_test=200, measure="coefficients")

    def thresholds(self) -> np.ndarray:
        """Evenly spaced in the logarithm around log 2."""
        ratio = (4 / LOG2) ** (1 / 12)
        return LOG2 * ratio ** np.arange(-24, 13)

    def settings(self) -> Settings:
        axes = {"threshold": self.thresholds().tolist()}
        return {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds, "axes": axes}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Precision and recall over every threshold, with each run's summary and stages."""
        runs = ss.sweep(self.experiment(), {}, self.n_seeds, progress=progress)
        clean = (runs["flipped"] == 0).transpose(..., "sample")
        loss = runs["sample_loss"].transpose(..., "sample")
        thresholds = xr.DataArray(
            self.thresholds(), dims="threshold", attrs={"long_name": "threshold", "units": "1"}
        )
        kept = xr.apply_ufunc(selected, loss, thresholds)
        shares = {
            name: xr.apply_ufunc(
                share, kept, clean, input_core_dims=[["sample"], ["sample"]]
            ).astype(np.float32)
            for name, share in (("precision", precision), ("recall", recall))
        }
        data = with_stages(_by_kind(runs)).assign(shares)
        return data.assign_coords(threshold=thresholds).assign(runs[["diverged_at", "test_error"]])

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.3)
        late = data.sel(time=slice(1, None))
        for axes, name in zip(row, ("precision", "recall"), strict=False):
            axes.set(xscale="log", yscale="log", xlabel="gradient step", title=name)
            mesh = heat(axes, late[name].mean("seed"), "time", "threshold", vmin=0, vmax=1)
            axes.axhline(LOG2, color="white", linewidth=0.9, linestyle="--")
        row[0].set_ylabel("threshold of the loss")
        figure.colorbar(mesh, ax=row[:2], label="mean over seeds")
        at_log2 = late.sel(threshold=LOG2)
        for name, color in zip(("precision", "recall"), COLORS, strict=False):
            curve(row[2], at_log2[name], color, name)
        row[2].set(
            xscale="log",
            xlim=(1, float(data["time"][-1])),
            ylim=(0.7, 1.02),
            xlabel="gradient step",
        )
        row[2].set_ylabel("at threshold log 2")
        row[2].legend(loc="lower left")
        boundary(row[2:], data)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        unit, of_seeds = round(unit_of_time(self.experiment())), Claim.of_seeds
        split = data.sel(threshold=LOG2)
        first, end = at_stage_one(split), split.isel(time=-1)
        at_unit = data.sel(time=unit)
        score = 2 / (1 / at_unit["precision"] + 1 / at_unit["recall"])
        lost = score.max("threshold") - score.sel(threshold=LOG2)
        text = "threshold log 2 at t = nm/(ησ_p²d): "
        return [
            of_seeds(
                "runs with a detected T₁",
                SOURCE,
                data["stage_reached"].sel(stage="separated"),
                LIKELY,
            ),
            of_seeds(
                "threshold log 2 at detected T₁: precision",
                SOURCE,
                first["precision"].dropna("seed"),
                1,
            ),
            of_seeds(
                "threshold log 2 at detected T₁: recall", SOURCE, first["recall"].dropna("seed"), 1
            ),
            of_seeds(text + "precision", SOURCE, at_unit["precision"].sel(threshold=LOG2), 0.98),
            of_seeds(text + "recall", SOURCE, at_unit["recall"].sel(threshold=LOG2), 0.999),
            of_seeds(text + "F₁ below that of the best threshold", SOURCE, lost, high=0.01),
            of_seeds(
                "threshold log 2 at the end: precision, all being kept",
                "1 − τ",
                end["precision"],
                0.75,
                0.85,
            ),
            none_diverged(data),
        ]


def _by_kind(runs: xr.Dataset) -> xr.Dataset:
    """Mean γ, mean ρ̄ (over the samples with ỹ = j) and accuracy of clean and flipped samples, as a
    summary has them.
    """
    own = (runs["rho_bar"] != 0).any(["time", "neuron"])
    kinds = [runs["flipped"] == 0, runs["flipped"] > 0]
    noise = [runs["rho_bar"].where(own & kind).mean(["neuron", "sample"]) for kind in kinds]
    right = [(runs["margin"] > 0).where(kind).mean("sample") for kind in kinds]
    names = xr.Variable("kind", np.array(["clean", "flipped"], dtype=object))
    parts = {"rho_bar_mean": xr.concat(noise, names), "accuracy": xr.concat(right, names)}
    return xr.Dataset(parts).assign(gamma_mean=runs["gamma"].mean("neuron"))
