"""The three phases of meta-reweighting: kernel regime, two-layer network, digits."""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.meta_reweighting.setting import OURS, SOURCE, TITLES, default
from sigspike.papers.zero_or_one import in_words
from sigspike.plots.curves import curve, log_scale
from sigspike.plots.style import COLORS, panels

CLEAN, NOISY, THIRD = COLORS[0], COLORS[1], COLORS[2]
KEPT = (
    "weight_mean",
    "auc_weights",
    "auc_couplings",
    "coupling_norm",
    "clean_loss",
    "test_error",
    "diverged_at",
)


class Phases(Figure):
    """The default experiments (see ``setting``), with ∇L_val at θ̂ and, for comparison, at θ."""

    name: ClassVar[str] = "phases"
    caption: ClassVar[str] = (
        "Alignment, filtering and post-filtering of meta-reweighting, "
        "30 % of the labels flipped, 20 clean examples; "
        "median and 10–90 % band over seeds, the median end of alignment (weights saturated) and "
        "of filtering (95 % of "
        "the fall of the clean loss) with its 95 % bootstrap interval. Dashed: "
        "∇L_val at θ instead of θ̂. Last row: {}."
    )
    seeds: ClassVar[tuple[int, int]] = (10, 2)

    def text(self) -> str:
        return self.caption.format(in_words(self.find("MNIST")))

    def settings(self) -> Settings:
        experiments = {name: ss.describe(default(name, self.find("MNIST"))) for name in TITLES}
        return {"experiments": experiments, "n_seeds": self.n_seeds, "ahead": [True, False]}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Curves and phases along ``system``; digits with ∇L_val at θ̂ alone."""
        parts = []
        for system in TITLES:
            axes = {"algorithm.weights.ahead": [True] if system == "digits" else [True, False]}
            runs = ss.sweep(
                default(system, self.find("MNIST")), axes, self.n_seeds, progress=progress
            )
            phases = ss.reweighting_phases(runs)
            part = (
                runs[list(KEPT)]
                .merge(phases, compat="no_conflicts", join="exact")
                .assign(phase=ss.phase_of(runs, phases))
            )
            parts.append(part.drop_vars(["snr", "n_snr2"], errors="ignore"))
        return xr.concat(parts, "system", join="outer", coords="minimal").assign_coords(
            system=list(TITLES)
        )

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(len(TITLES), 3, height=1.75)
        for (system, title), row in zip(TITLES.items(), rows, strict=True):
            runs = data.sel(system=system, ahead=True).isel(time=slice(1, None))
            other = data.sel(system=system, ahead=False).isel(time=slice(1, None))
            self._weights(row[0], runs, other)
            self._norms(row[1], runs)
            self._aucs(row[2], runs)
            row[0].set_ylabel(f"{title}\n\nmean weight ω")
            for axes in row:
                axes.set(xscale="log")
                _boundaries(axes, runs)
        for axes in rows[-1]:
            axes.set_xlabel("gradient steps")
        for axes, place in zip(rows[0], ("center right", "lower left", "lower right"), strict=True):
            axes.legend(loc=place)
        return figure

    def _weights(self, axes: Axes, runs: xr.Dataset, other: xr.Dataset) -> None:
        for kind, color in (("clean", CLEAN), ("flipped", NOISY)):
            curve(axes, runs["weight_mean"].sel(kind=kind), color, f"{kind} examples")
            if other["weight_mean"].notnull().any():
                middle = other["weight_mean"].sel(kind=kind).median("seed")
                axes.plot(other["time"], middle, "--", color="black", linewidth=0.7)
        axes.set_ylim(-0.04, 1.04)

    def _norms(self, axes: Axes, runs: xr.Dataset) -> None:
        start = runs.isel(time=0)
        curve(axes, runs["coupling_norm"] / start["coupling_norm"], THIRD, "coupling norm")
        curve(axes, runs["clean_loss"] / start["clean_loss"], COLORS[3], "clean loss")
        log_scale(axes, "relative to step 1")

    def _aucs(self, axes: Axes, runs: xr.Dataset) -> None:
        curve(axes, runs["auc_couplings"], THIRD, "AUC of couplings")
        curve(axes, runs["auc_weights"], COLORS[4], "AUC of weights")
        curve(axes, runs["test_error"], "0.3", "test error", linestyle=":")
        axes.set(ylim=(-0.04, 1.04), ylabel="clean against flipped")

    def claims(self, data: xr.Dataset) -> list[Claim]:
        return [*self._of("kernel", data), *self._of("two-layer", data), *self._digits(data)]

    def _of(self, system: str, data: xr.Dataset) -> list[Claim]:
        """What both default experiments must show."""
        runs, at_theta = (data.sel(system=system, ahead=ahead) for ahead in (True, False))
        where, lost = TITLES[system], float((data["diverged_at"] >= 0).sum())
        return [
            Claim(
                f"{where}: seeds with three phases in order, of {self.n_seeds}",
                SOURCE,
                *_all(runs["ordered"]),
            ),
            *_filtered(where, runs),
            *_at_the_last_step(where, runs.isel(time=-1)),
            *_unmoved_by_the_look_ahead(where, runs["at"] / at_theta["at"]),
            Claim(f"{where}: runs that diverged", OURS, lost, 0, high=0),
        ]

    def _digits(self, data: xr.Dataset) -> list[Claim]:
        """Pixels are positive, so that all images are alike and the kernel is positive across
        classes too.
        """
        last = data.sel(system="digits", ahead=True).isel(time=-1)
        gap = last["weight_mean"].sel(kind="clean") - last["weight_mean"].sel(kind="flipped")
        return [
            Claim.of_seeds(
                "digits: mean weight, clean minus flipped, at the last step", SOURCE, gap, low=0.5
            ),
            Claim.of_seeds(
                "digits: AUC of the weights at the last step", SOURCE, last["auc_weights"], low=0.85
            ),
            Claim.of_seeds(
                "digits: test error at the last step", SOURCE, last["test_error"], high=0.15
            ),
        ]


def _filtered(where: str, runs: xr.Dataset) -> list[Claim]:
    """Noisy examples have lost their weights by the end of filtering, and couplings their size."""
    weights = _at_end_of_filtering(runs["weight_mean"], runs)
    ratio = _during(runs, "alignment").median("time") / runs["coupling_norm"].isel(time=-1)
    return [
        Claim.of_seeds(
            f"{where}: noisy weights at the end of filtering",
            SOURCE,
            weights.sel(kind="flipped"),
            high=0.05,
        ),
        Claim.of_seeds(
            f"{where}: clean weights at the end of filtering",
            SOURCE,
            weights.sel(kind="clean"),
            low=0.9,
        ),
        Claim.of_seeds(
            f"{where}: coupling norm, alignment over the last step", SOURCE, ratio, low=10
        ),
    ]


def _at_the_last_step(where: str, last: xr.Dataset) -> list[Claim]:
    """Couplings still tell clean from noisy, and the test error is low."""
    return [
        Claim.of_seeds(
            f"{where}: AUC of couplings at the last step", SOURCE, last["auc_couplings"], low=0.95
        ),
        Claim.of_seeds(
            f"{where}: test error at the last step", SOURCE, last["test_error"], high=0.02
        ),
    ]


def _unmoved_by_the_look_ahead(where: str, ends: xr.DataArray) -> list[Claim]:
    """Ends of phases with ∇L_val at θ̂ over those with it at θ."""
    return [
        Claim.of_seeds(
            f"{where}: end of {phase}, at θ̂ over at θ", OURS, ends.sel(stage=stage), 0.9, 1.1
        )
        for phase, stage in (("alignment", "aligned"), ("filtering", "filtered"))
    ]


def _boundaries(axes: Axes, runs: xr.Dataset) -> None:
    """The median ends of alignment and filtering, and their intervals."""
    ends = ss.over_runs(runs[["at", "low", "high", "reached", "last"]])
    for stage in ends["stage"].values:
        own = ends.sel(stage=stage)
        if np.isfinite(own["at"]):
            axes.axvline(float(own["at"]), color="0.25", linewidth=0.8, linestyle=":")
        if np.isfinite(own["low"]) and np.isfinite(own["high"]):
            axes.axvspan(float(own["low"]), float(own["high"]), color="0.5", alpha=0.2, linewidth=0)


def _during(runs: xr.Dataset, phase: str) -> xr.DataArray:
    return runs["coupling_norm"].where(runs["phase"] == phase)


def _at_end_of_filtering(values: xr.DataArray, runs: xr.Dataset) -> xr.DataArray:
    """Values at the first record of post-filtering (NaN where there is none)."""
    after = runs["phase"] == "post-filtering"
    return values.isel(time=after.argmax("time")).where(after.any("time"))


def _all(ordered: xr.DataArray) -> tuple[float, float, float]:
    """How many runs, without error, and that all must."""
    return float(ordered.sum()), 0.0, float(ordered.size)
