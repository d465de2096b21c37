"""Every parameter moved by itself, around the setting of figure 2.

A question of the reviewers of Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import xarray as xr
from matplotlib.axes import Axes

import sigspike as ss
from sigspike.foundation.paths import get
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.low_snr.cells import NOISY, PATHS, PLAIN, compare_cells
from sigspike.papers.low_snr.drawing import curve_along, mark_diverged
from sigspike.papers.synthetic import COLORS, FLIP_RATE, synthetic
from sigspike.plots.style import panels

BASE = {"n_samples": 200, "n_steps": 2000}
SYMBOLS = {
    "signal_strength": "signal strength ‖μ‖",
    "noise_std": "noise σₚ",
    "dim": "dimension d",
    "n_samples": "samples n",
    "width": "filters of each sign m",
    "init_std": "initial weights σ₀",
    "learning_rate": "learning rate η",
    "flip_rate": "flip rate p",
    "n_steps": "steps T",
}


class OneFactor(Figure):
    """Figure 2's setting (n = 200, d = 2000, m = 20, ‖μ‖ = 2, σ_p = 0.5, σ_0 = 0.01, η = 1, p =
    0.1, T = 2000), in which one parameter at a time is multiplied by ¼ … 4 (quick: ½ … 2; n, m and
    T upwards at the paper's scale alone).
    """

    name: ClassVar[str] = "sensitivity-local"
    caption: ClassVar[str] = (
        "Test accuracy when one parameter at a time moves away from n = 200, d = 2000, m = 20, "
        "‖μ‖ = 2, σₚ = 0.5, σ₀ = 0.01, η = 1, p = 0.1, T = 2000 (dotted); median and 10–90 % band "
        "over the seeds that are finite. Crosses: values at which runs diverged, with their share "
        "where it is not all of them."
    )
    seeds: ClassVar[tuple[int, int]] = (5, 2)

    @property
    def factors(self) -> list[float]:
        return [0.25, 0.5, 1.0, 2.0, 4.0] if self.scale == "paper" else [0.5, 1.0, 2.0]

    def experiment(self) -> ss.Experiment:
        """The middle; recorded where T is smaller as well."""
        steps = [round(BASE["n_steps"] * factor) for factor in self.factors if factor <= 1]
        return synthetic(**BASE, record_at=tuple(steps))

    def settings(self) -> Settings:
        return {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "factors": self.factors,
        }

    def _cells(self) -> list[tuple[str, float]]:
        """Which number is multiplied, and by what; the middle first."""
        numbers = [name for name in PATHS if name != "dim"]
        crossed = [(name, factor) for name in numbers for factor in self.factors if factor != 1]
        return [("", 1.0)] + [
            (name, factor)
            for name, factor in crossed
            if name != "width" or self._affordable(factor)
        ]

    def _affordable(self, factor: float) -> bool:
        """Larger shapes are for the paper's scale."""
        return factor < 1 or self.scale == "paper"

    def compute(self, progress: Progress) -> xr.Dataset:
        """Along ``parameter`` and ``factor``; NaN where there is none."""
        middle = self.experiment()
        own = {name: float(get(middle, path)) for name, path in PATHS.items()} | {
            "flip_rate": FLIP_RATE
        }
        settings = [{name: own[name] * factor} if name else {} for name, factor in self._cells()]
        runs = compare_cells(middle, settings, self.n_seeds, progress)[
            ["test_error", "diverged_at"]
        ]
        cells = {
            cell: runs.isel(cell=k, time=-1) for k, cell in enumerate(self._cells()) if cell[0]
        }
        centre = runs.isel(cell=0)
        cells |= {
            ("n_steps", step / BASE["n_steps"]): centre.sel(time=step)
            for step in middle.record_steps
        }
        cells |= {(name, 1.0): centre.isel(time=-1) for name in SYMBOLS}
        cells |= self._shapes()
        own |= {name: float(number) for name, number in BASE.items()}
        return _table(cells, own)

    def _shapes(self) -> dict[tuple[str, float], xr.Dataset]:
        """What is a shape, or changes the noise: other d and n, and longer runs."""
        moved = [factor for factor in self.factors if factor != 1]
        dims = [{"dim": float(get(self.experiment(), PATHS["dim"])) * factor} for factor in moved]
        experiment = synthetic(**BASE, record_at=(BASE["n_steps"],))
        runs = compare_cells(experiment, dims, self.n_seeds)[["test_error", "diverged_at"]].isel(
            time=0
        )
        cells = {("dim", factor): runs.isel(cell=k) for k, factor in enumerate(moved)}
        for factor in self.factors:
            if factor != 1 and self._affordable(factor):
                n_samples = round(BASE["n_samples"] * factor)
                experiment = synthetic(n_samples, BASE["n_steps"], record_at=(BASE["n_steps"],))
                cells["n_samples", factor] = self._middle(experiment).isel(time=0)
        if self.scale == "paper":
            steps = tuple(round(BASE["n_steps"] * factor) for factor in self.factors if factor > 1)
            runs = self._middle(synthetic(BASE["n_samples"], steps[-1], record_at=steps))
            cells |= {("n_steps", step / BASE["n_steps"]): runs.sel(time=step) for step in steps}
        return cells

    def _middle(self, experiment: ss.Experiment) -> xr.Dataset:
        return compare_cells(experiment, [{}], self.n_seeds)[["test_error", "diverged_at"]].isel(
            cell=0
        )

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(3, 3, height=1.6)
        for axes, name in zip((axes for row in rows for axes in row), SYMBOLS, strict=True):
            self._panel(axes, data.sel(parameter=name), name)
        for row in rows:
            row[0].set_ylabel("test accuracy")
        figure.legend(*rows[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
        return figure

    def _panel(self, axes: Axes, data: xr.Dataset, name: str) -> None:
        value = data["value"].dropna("factor")
        data = data.sel(factor=value["factor"]).assign_coords(value=value).swap_dims(factor="value")
        for (algorithm, color), height in zip(COLORS.items(), (0.14, 0.05), strict=True):
            runs = data.sel(algorithm=algorithm)
            curve_along(
                axes, runs["test_error"], "value", color, algorithm, marker="o", markersize=2.5
            )
            mark_diverged(axes, runs["diverged_at"], "value", color, height)
        axes.set(xscale="log", xlabel=SYMBOLS[name], ylim=(0.4, 1.03))
        axes.axvline(float(value.sel(factor=1)), color="0.35", linewidth=0.8, linestyle=":")
        shown = value.values[:: max(1, len(value) // 3)] if len(value) > 3 else value.values
        axes.set_xticks(shown, labels=[f"{x:g}" for x in shown])
        axes.minorticks_off()

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Label-noise GD's accuracy minus GD's, and what each theorem says of a direction."""
        of_seeds, error = Claim.of_seeds, data["test_error"]
        gain = error.sel(algorithm=PLAIN) - error.sel(algorithm=NOISY)
        noisy = error.sel(algorithm=NOISY)
        finite = gain.mean("seed").where(data["value"].notnull())
        slower = "Huang et al. 2025, Theorem 3.3: time ∝ m / (η‖μ‖²)"
        return [
            of_seeds(
                "accuracy of label-noise GD minus GD's in the middle",
                "Huang et al. 2025, Fig. 2",
                gain.sel(parameter="dim", factor=1),
                0.4,
            ),
            Claim(
                "the least of it over all values moved, of runs that are finite",
                "Huang et al. 2025, reviewer",
                float(finite.min()),
                0,
                -0.05,
            ),
            Claim(
                "fraction of values moved at which it exceeds 0.2",
                "Huang et al. 2025, reviewer",
                float((finite > 0.2).sum() / finite.count()),
                0,
                0.5,
            ),
            of_seeds(
                "label-noise GD: test error at ‖μ‖ = 1",
                slower,
                noisy.sel(parameter="signal_strength", factor=0.5),
                0.3,
            ),
            of_seeds(
                "GD: test error at σ_p = 0.25 (n·SNR² = 6.4)",
                "n·SNR² ≳ 1",
                error.sel(algorithm=PLAIN, parameter="noise_std", factor=0.5),
                high=0.1,
            ),
            of_seeds(
                "label-noise GD minus GD, test error at σ_p = 0.25",
                "n·SNR² ≳ 1",
                -gain.sel(parameter="noise_std", factor=0.5),
                -0.1,
                0.05,
            ),
        ]


def _table(cells: dict[tuple[str, float], xr.Dataset], own: dict[str, float]) -> xr.Dataset:
    """The runs along ``parameter`` and ``factor``, with the ``value`` of the parameter; NaN where
    nothing was run.
    """
    names, factors = zip(*cells, strict=True)
    runs = xr.concat([run.reset_coords(drop=True) for run in cells.values()], "place", join="exact")
    values = [own[name] * factor for name, factor in cells]
    runs = runs.assign(value=("place", values)).assign_coords(
        parameter=("place", list(names)), factor=("place", list(factors))
    )
    table = runs.set_index(place=["parameter", "factor"]).unstack(
        "place", fill_value={"diverged_at": -1}
    )
    return table.sortby("factor")
