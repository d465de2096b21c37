"""Other laws of the label noise.

Huang et al. 2025, appendix E.3 (arXiv 2510.17526).
"""

import itertools
from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import COLORS, synthetic, with_ratio
from sigspike.plots.curves import curve, log_scale
from sigspike.plots.style import panels

GD, REFERENCE = "GD", "flips, p = 0.1"
# The laws of each kind, which are numbers of one program: their names and fields.
LAWS: dict[str, dict[str, dict[str, Any]]] = {
    "flip": {
        GD: {"flip_rate": 0.0},
        REFERENCE: {"flip_rate": 0.1},
        "flips, p = 0.3": {"flip_rate": 0.3},
        "flips, p = 0.4": {"flip_rate": 0.4},
    },
    "gaussian": {"N(1, 1)": {"mean": 1.0, "std": 1.0}, "N(0.6, 1)": {"mean": 0.6, "std": 1.0}},
    "uniform": {
        "U[−1, 2]": {"mean": 0.5, "std": 3 / 12**0.5},
        "U[−2, 3]": {"mean": 0.5, "std": 5 / 12**0.5},
    },
}
OWN = ("#009E73", "#CC79A7")  # of the two laws that a column shows beside the reference
TOLERATED = 0.1


class NoiseLaws(Figure):
    """Figure 2's problem with η = 1: multipliers ε of the labels that flip more often, or are
    Gaussian or uniform.
    """

    name: ClassVar[str] = "noise-laws"
    caption: ClassVar[str] = (
        "Test accuracy and memorisation against signal (max ρ̄ / max γ) with other laws of the "
        "label multipliers ε, "
        "beside flips of probability 0.1 and gradient descent; median and 10–90 % band over seeds."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 2)

    def experiment(self) -> ss.Experiment:
        return synthetic(n_samples=200, n_steps=2000, record_every=40)

    def settings(self) -> Settings:
        return {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds, "laws": LAWS}

    def compute(self, progress: Progress) -> xr.Dataset:
        """One program for each kind of noise; a law of each kind comes first, so that they compile
        side by side.
        """
        made = [[(law, kind, LAWS[kind][law]) for law in LAWS[kind]] for kind in LAWS]
        ordered = filter(None, itertools.chain.from_iterable(itertools.zip_longest(*made)))
        laws = {law: _labels(kind, numbers) for law, kind, numbers in ordered}
        data = ss.sweep(
            self.experiment(), {"algorithm.labels": laws}, self.n_seeds, progress=progress
        )
        return with_ratio(data.rename(labels="law"))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [above, below] = panels(2, len(LAWS), height=1.9)
        for top, bottom, laws in zip(above, below, LAWS.values(), strict=True):
            own = [law for law in laws if law not in (GD, REFERENCE)]
            colors = {GD: COLORS["GD"], REFERENCE: COLORS["label-noise GD"]} | dict(
                zip(own, OWN, strict=True)
            )
            for law, color in colors.items():
                curve(top, 1 - data["test_error"].sel(law=law), color, law)
                curve(bottom, data["ratio"].sel(law=law), color)
            top.set_ylim(0.45, 1.03)
            log_scale(bottom, "")
            bottom.set(xlabel="gradient step", ylim=(0.03, 100))
            top.legend(loc="upper right", bbox_to_anchor=(1, 0.8))
        above[0].set_ylabel("test accuracy")
        below[0].set_ylabel("max ρ̄ / max γ")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Each law against gradient descent, and how soon."""
        error, source = data["test_error"].isel(time=-1), "Huang et al. 2025, appendix E.3"
        laws = [law for law in data["law"].values.tolist() if law != GD]
        learnt = (data["test_error"] <= TOLERATED) & (data["time"] > 0)
        first = learnt.idxmax("time").where(learnt.any("time"))
        gains = [
            Claim.of_seeds(
                f"{law}: GD's test error minus its own",
                source,
                error.sel(law=GD) - error.sel(law=law),
                0.3,
            )
            for law in laws
        ]
        speed = Claim.of_seeds(
            f"U[−2, 3] is soon at 10 % error: log₂ of the steps that {REFERENCE} needs over its "
            "own",
            "ours: ε varies most there for its mean",
            np.log2(first.sel(law=REFERENCE) / first.sel(law="U[−2, 3]")),
            low=0.5,
        )
        ratio = data["ratio"].isel(time=-1)
        gap = xr.ufuncs.log10(ratio.sel(law=GD) / ratio.sel(law=laws)).min("law")
        memory = Claim.of_seeds(
            "log₁₀ of GD's ρ̄/γ over that of every other law: the smallest", source, gap, low=1
        )
        return [*gains, speed, memory]


def _labels(kind: str, numbers: dict[str, float]) -> ss.Labels:
    return ss.Flips(**numbers) if kind == "flip" else ss.Multipliers(law=kind, **numbers)
