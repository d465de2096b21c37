"""Which parameters matter, all moved at once (Sobol' indices).

A question of the reviewers of Huang et al. 2025 (arXiv 2510.17526).
"""

from collections.abc import Callable
from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from jaxtyping import Float

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.low_snr.cells import NOISY, PLAIN, compare_cells
from sigspike.papers.sobol import indices, saltelli
from sigspike.papers.synthetic import synthetic
from sigspike.plots.style import COLORS, panels

N_SAMPLES, STEPS = 32, 500
RANGES = {  # lowest and highest; uniform in the logarithm, p uniform
    "signal_strength": (1.0, 4.0),
    "noise_std": (0.25, 1.0),
    "dim": (160.0, 640.0),
    "width": (4.0, 16.0),
    "init_std": (0.0025, 0.04),
    "learning_rate": (0.2, 2.0),
    "flip_rate": (0.02, 0.4),
}
DIMS = [160, 250, 400, 640]
SYMBOLS = dict(zip(RANGES, ["‖μ‖", "σₚ", "d", "m", "σ₀", "η", "p"], strict=True))
OUTPUTS = {PLAIN: "GD", NOISY: "label-noise GD", "gain": "label-noise GD − GD"}
ORDERS = {"first": "first order", "total": "total"}


class GlobalSensitivity(Figure):
    """n = 32, 500 steps; ‖μ‖ 1 … 4, σ_p 0.25 … 1, d 160 … 640, m 4 … 16, σ_0 0.0025 … 0.04, η 0.2 …
    2, p 0.02 … 0.4.

    Independent inputs: p uniform, the others uniform in the logarithm (d at four levels, m
    rounded). An output is the mean over seeds, the same ones at every point, so that it is a
    function of the inputs.
    """

    name: ClassVar[str] = "sensitivity-global"
    caption: ClassVar[str] = (
        "Sobol' indices of the test accuracy after 500 steps at n = 32, with all parameters moved "
        "at once: ‖μ‖ = 1 … 4, σₚ = 0.25 … 1, d = 160 … 640, m = 4 … 16, σ₀ = 0.0025 … 0.04, η = "
        "0.2 … 2 (uniform in the logarithm), p = 0.02 … 0.4 (uniform). First order: the share of "
        "the variance that a parameter explains by itself; total: with all its interactions. "
        "Whiskers: 95 % bootstrap intervals over the base points. A run that diverged counts as "
        "an accuracy of ½; its share is printed."
    )
    seeds: ClassVar[tuple[int, int]] = (2, 1)

    @property
    def n_base(self) -> int:
        return 256 if self.scale == "paper" else 32

    def experiment(self) -> ss.Experiment:
        experiment = synthetic(n_samples=N_SAMPLES, n_steps=STEPS, record_at=(STEPS,))
        return ss.put(experiment, "network.width", int(RANGES["width"][1]))

    def settings(self) -> Settings:
        facts = {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "n_base": self.n_base,
        }
        return facts | {"ranges": {name: list(ends) for name, ends in RANGES.items()}}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Errors along ``cell`` (the points of the design), and the ``index`` of every output."""
        points = place(saltelli(len(RANGES), self.n_base))
        columns = {name: column.tolist() for name, column in points.items()}
        settings = [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]
        data = compare_cells(self.experiment(), settings, self.n_seeds, progress).isel(time=0)
        data = data[["test_error", "diverged_at"]].assign_coords(
            flip_rate=("cell", points["flip_rate"])
        )
        accuracy = 1 - data["test_error"].fillna(0.5).mean("seed")
        plain, noisy = (accuracy.sel(algorithm=name).values for name in (PLAIN, NOISY))
        sobol = indices(
            np.stack([plain, noisy, noisy - plain]), list(RANGES), list(OUTPUTS), n_resamples=500
        )
        return data.merge(sobol)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.3)
        places = np.arange(len(RANGES))
        low, high = (data["resampled"].quantile(q, "draw") for q in (0.025, 0.975))
        for axes, (output, title) in zip(row, OUTPUTS.items(), strict=True):
            for k, (order, label) in enumerate(ORDERS.items()):
                value, bottom, top = (
                    x.sel(output=output, order=order).values for x in (data["index"], low, high)
                )
                whiskers = np.maximum([value - bottom, top - value], 0)
                style: dict[str, Any] = {"error_kw": {"linewidth": 0.7}, "color": COLORS[(0, 4)[k]]}
                axes.bar(places + 0.4 * (k - 0.5), value, 0.38, yerr=whiskers, label=label, **style)
            axes.set_xticks(places, labels=list(SYMBOLS.values()))
            axes.axhline(0, color="0.2", linewidth=0.6)
            axes.set(
                title=title, ylim=(min(-0.1, float(low.min()) - 0.04), max(1.0, float(high.max())))
            )
            if output in data["algorithm"]:
                lost = float((data["diverged_at"].sel(algorithm=output) >= 0).mean())
                axes.annotate(
                    f"{lost:.1%} diverged",
                    (0.98, 0.95),
                    xycoords="axes fraction",
                    ha="right",
                    fontsize=7,
                )
        row[0].set_ylabel("share of the variance")
        row[2].legend(loc="upper right")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Statements about indices, each with its error over the bootstrap's draws."""
        index, lost = data["index"], float((data["diverged_at"] >= 0).mean())
        return [
            _drawn(
                data,
                "GD: total index of p, which it does not know",
                "ours",
                lambda x: _total(x, PLAIN, ["flip_rate"]),
                low=0,
                high=0,
            ),
            *_possible(index, data["resampled"]),
            *_what_matters(data),
            Claim(
                "largest total index of σ_0",
                "ours",
                float(index.sel(order="total", input="init_std").max()),
                0,
                high=0.15,
            ),
            Claim("fraction of runs that diverged", "ours", lost, 0, high=0.05),
        ]


def _possible(index: xr.DataArray, draws: xr.DataArray) -> list[Claim]:
    """Indices are as all must be, but for their errors: first order ≤ total, and in sum ≤ 1."""
    excess = (index.sel(order="total") - index.sel(order="first")) / _safe(
        (draws.sel(order="total") - draws.sel(order="first")).std("draw")
    )
    alone = index.sel(order="first").sum("input")
    above = (alone - 1) / draws.sel(order="first").sum("input").std("draw")
    return [
        Claim(
            "least of total minus first-order index over all inputs and outputs, in errors",
            "Sobol' (1993)",
            float(excess.min()),
            0,
            -3,
        ),
        Claim(
            "largest excess over 1 of an output's summed first-order indices, in errors",
            "Sobol' (1993)",
            float(above.max()),
            0,
            high=2,
        ),
    ]


def _what_matters(data: xr.Dataset) -> list[Claim]:
    """n·SNR² to gradient descent, time to label noise, and both together to the gain."""
    signal, rest = ["signal_strength", "noise_std", "dim"], ["width", "init_std", "learning_rate"]
    return [
        _drawn(
            data,
            "GD: total indices of ‖μ‖, σ_p, d minus those of m, σ_0, η",
            "Huang et al. 2025, n·SNR²",
            lambda x: _total(x, PLAIN, signal) - _total(x, PLAIN, rest),
            low=0.5,
        ),
        _drawn(
            data,
            "total index of η: label-noise GD's minus GD's",
            "Huang et al. 2025, Theorem 3.3: time ∝ m / (η‖μ‖²)",
            lambda x: _total(x, NOISY, ["learning_rate"]) - _total(x, PLAIN, ["learning_rate"]),
            low=0.03,
        ),
        _drawn(
            data,
            "label-noise GD minus GD: summed total minus summed first-order indices (interactions)",
            "ours: it helps where n·SNR² is low and ηT‖μ‖²/m high",
            lambda x: (x.sel(order="total") - x.sel(order="first")).sel(output="gain").sum("input"),
            low=0.3,
        ),
    ]


def _drawn(
    data: xr.Dataset,
    text: str,
    source: str,
    of: Callable[[xr.DataArray], xr.DataArray],
    **ends: float,
) -> Claim:
    """A claim about a number made of indices; its error is over the bootstrap's draws."""
    error = float(of(data["resampled"]).std("draw"))
    return Claim(text, source, float(of(data["index"])), error, **ends)


def _total(values: xr.DataArray, output: str, names: list[str]) -> xr.DataArray:
    """The sum of some parameters' total indices."""
    return values.sel(order="total", output=output, input=names).sum("input")


def _safe(error: xr.DataArray) -> xr.DataArray:
    """An error to divide by; an index that is 0 in every draw has none."""
    return error.where(error > 0, 1)


def place(unit: Float[np.ndarray, "point input"]) -> dict[str, Float[np.ndarray, " point"]]:
    """Points of the unit cube as parameters."""
    parameters = {}
    for (name, (low, high)), column in zip(RANGES.items(), unit.T, strict=True):
        even = low + (high - low) * column if name == "flip_rate" else low * (high / low) ** column
        parameters[name] = even.round() if name == "width" else even
    return parameters | {
        "dim": np.choose((len(DIMS) * unit[:, list(RANGES).index("dim")]).astype(int), DIMS).astype(
            float
        )
    }
