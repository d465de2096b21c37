"""Where the theorems live: the largest constant and the predicted steps over the dimension.

Huang et al. 2025 (arXiv 2510.17526), Assumption 3.1.
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from sigspike import theory
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import synthetic
from sigspike.plots.style import COLORS, panels

DELTA, FLIP_RATE = 0.05, 0.1
FLIPS, SIGNAL = "flips, from below", "init, signal small"
ALL = "all conditions"
FEW = "without p ≥ log d/√(mn)"
MANY = "the same, most samples"
FREE = "nor σ₀ ≤ ‖μ‖⁻¹d^(−5/8)"
CHOICES: dict[str, dict[str, Any]] = {
    ALL: {},
    FEW: {"leave_out": [FLIPS]},
    MANY: {"leave_out": [FLIPS], "samples": "most"},
    FREE: {"leave_out": [FLIPS, SIGNAL]},
}


class Scaling(Figure):
    """Assumption 3.1 over d = 10³ … 10³⁰, with δ = 0.05 and p = 0.1; nothing is trained here."""

    name: ClassVar[str] = "scaling"
    caption: ClassVar[str] = (
        "Left: the largest C for which n, m, σ₀, ‖μ‖ and η can be chosen to meet every condition "
        "of Assumption 3.1 at dimension d; the same of the example in the authors' rebuttal, and "
        "of the experiment of its Figure 2. Middle: the choice with the fewest predicted steps. "
        "Right: those steps (Theorem 3.3, constant 1), with all conditions and without some; "
        "dotted where no choice meets them at C = 1."
    )

    @property
    def dims(self) -> list[float]:
        return np.geomspace(1e3, 1e30, 109 if self.scale == "paper" else 28).tolist()

    def settings(self) -> Settings:
        return {"dims": self.dims, "delta": DELTA, "flip_rate": FLIP_RATE, "choices": CHOICES}

    def compute(self, progress: Progress) -> xr.Dataset:
        scalings: list[xr.Dataset] = []
        for done, options in enumerate(CHOICES.values()):
            scalings.append(
                theory.consistent_scaling(self.dims, delta=DELTA, flip_rate=FLIP_RATE, **options)
            )
            progress(done + 1, len(CHOICES))
        theorem = theory.LabelNoiseLearns(delta=DELTA)
        examples = [
            theorem.conditions(theory.rebuttal_example(dim, FLIP_RATE)) for dim in self.dims
        ]
        rebuttal = [min(entry.largest_constant for entry in conditions) for conditions in examples]
        first = {
            "": theory.first_dimension(delta=DELTA),
            "_unbounded": theory.first_dimension(leave_out=[FLIPS]),
        }
        published = theorem(synthetic(n_samples=200, n_steps=1)).largest_constant
        data = xr.concat(scalings, xr.DataArray(list(CHOICES), dims="choice", name="choice"))
        data = data.assign(rebuttal_constant=("dim", rebuttal), published_constant=published)
        return data.assign({f"first_dimension{name}": value for name, value in first.items()})

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.5)
        best = data.isel(choice=0)
        self._constants(row[0], data)
        for name, label, color in zip(
            ("n_samples", "width", "signal_strength"), ("n", "m", "‖μ‖ / σₚ"), COLORS, strict=False
        ):
            row[1].plot(data["dim"], best[name], color=color, label=label)
        row[1].plot(
            data["dim"], best["init_std"] * data["dim"] ** 0.5, color=COLORS[3], label="σ₀σₚ√d"
        )
        row[1].set_ylabel("the choice with the fewest steps")
        for choice, color in zip(CHOICES, COLORS, strict=False):
            steps, holds = data["steps"].sel(choice=choice), data["consistent"].sel(choice=choice)
            row[2].plot(data["dim"], steps, color=color, linestyle=":", linewidth=0.9)
            row[2].plot(data["dim"], steps.where(holds), color=color, label=choice)
        row[2].set_ylabel("predicted steps")
        for axes in row:
            axes.set(
                xscale="log",
                yscale="log",
                xlabel="dimension d",
                xticks=[1e5, 1e10, 1e15, 1e20, 1e25, 1e30],
            )
            axes.minorticks_off()
        row[1].legend(loc="best", ncols=2)
        row[2].set_ylim(top=1e62)
        row[2].legend(loc="upper left")
        return figure

    def _constants(self, axes: Axes, data: xr.Dataset) -> None:
        axes.plot(
            data["dim"],
            data["largest_constant"].isel(choice=0),
            color=COLORS[0],
            label="best choice",
        )
        axes.plot(
            data["dim"], data["rebuttal_constant"], color=COLORS[1], label="rebuttal's example"
        )
        axes.plot(
            2000,
            data["published_constant"],
            "o",
            color=COLORS[2],
            markersize=4,
            label="paper's Fig. 2",
        )
        axes.axhline(1, color="0.35", linewidth=0.8, linestyle=":")
        axes.axvline(float(data["first_dimension"]), color="0.35", linewidth=0.8, linestyle=":")
        axes.set_ylabel("largest constant C")
        axes.legend(loc="lower left")

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Counts and roots; nothing is random."""
        return [*_where_conditions_hold(data), *_predicted_steps(data)]


def _where_conditions_hold(data: xr.Dataset) -> list[Claim]:
    """Far beyond every experiment, and beyond the rebuttal's example."""
    source = "Huang et al. 2025, Assumption 3.1"
    return [
        Claim(
            "log₁₀ of the first d at which all conditions can hold",
            source,
            float(np.log10(data["first_dimension"])),
            0,
            20,
            21,
        ),
        Claim(
            "the same without the lower bound on p, over it",
            source,
            float(data["first_dimension_unbounded"] / data["first_dimension"]),
            0,
            0.99,
            1.01,
        ),
        Claim(
            "largest C of the paper's own Fig. 2",
            source,
            float(data["published_constant"]),
            0,
            high=0.01,
        ),
        Claim(
            "largest C of the rebuttal's example, at its best d",
            "Huang et al. 2025, rebuttal",
            float(data["rebuttal_constant"].max()),
            0,
            high=1,
        ),
    ]


def _predicted_steps(data: xr.Dataset) -> list[Claim]:
    """How many steps Theorem 3.3 asks for, what makes them so many, and their power of d."""
    source = "Huang et al. 2025, Theorem 3.3"
    large = data.sel(dim=data["dim"] > 1e24)
    cost = np.log10(large["steps"].sel(choice=FEW) / large["steps"].sel(choice=FREE))
    return [
        Claim(
            "log₁₀ of the fewest steps where all conditions hold", source, _fewest(data), 0, low=30
        ),
        Claim(
            "log₁₀ of the steps that σ₀ ≤ ‖μ‖⁻¹d^(−5/8) costs, d > 1e24",
            source,
            float(cost.min()),
            0,
            low=20,
        ),
        Claim(
            "power of d in the steps, fewest samples",
            "3/4, and 7/log d of logarithms",
            _power(large, FEW),
            0,
            0.75,
            1,
        ),
        Claim(
            "power of d in the steps, most samples",
            "5/4, logarithms apart",
            _power(large, MANY),
            0,
            1.15,
            1.35,
        ),
    ]


def _fewest(data: xr.Dataset) -> float:
    """log₁₀ of the least steps of a choice that meets all conditions."""
    steps = data["steps"].sel(choice=ALL).where(data["consistent"].sel(choice=ALL))
    return float(np.log10(steps.min()))


def _power(data: xr.Dataset, choice: str) -> float:
    """The power of d in the steps of a choice."""
    return float(np.polyfit(np.log(data["dim"]), np.log(data["steps"].sel(choice=choice)), 1)[0])
