"""Signal first, then the noise of the flipped samples.

Han et al. 2025, figure 1 (arXiv 2505.18909).
"""

from typing import ClassVar

import matplotlib.figure
import xarray as xr
from matplotlib.axes import Axes

from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.two_stages.drawing import boundary, log_time
from sigspike.papers.two_stages.setting import (
    D_TEST,
    LIKELY,
    STAGE_ONE,
    STAGE_TWO,
    TESTS,
    Cell,
    Runs,
    at_stage_one,
    excess,
    unit_of_time,
)
from sigspike.plots.curves import curve, log_scale, worst
from sigspike.plots.style import COLORS, panels

CELLS = {"τ = 0": 0.0, "τ = 0.1": 0.1, "τ = 0.2": 0.2, "τ = 0.3": 0.3}
SHOWN = ("τ = 0", "τ = 0.2")
MAIN = "τ = 0.2"
FRESH, REUSED = ({"test_noise": name} for name in TESTS)


class Dynamics(Runs):
    """τ = 0 … 0.3 (drawn: 0 and 0.2), both tests; 4000 steps of η = 0.1."""

    name: ClassVar[str] = "fig1"
    caption: ClassVar[str] = (
        "Without and with label noise τ: max γ and max ρ̄ on clean and on noisy (flipped) "
        "samples, accuracy on the given training labels, and test accuracy on fresh samples and "
        "on D_test, whose noise is that of training samples. Median and 10–90 % band over seeds. "
        "Grey: where the mean ρ̄ of the noisy samples overtakes the mean γ, the end of stage I "
        "(median over seeds, 95 % interval). n = 200, d = 2000, m = 20, ReLU, n·SNR² = 8, η = "
        "0.1, σ_0 = 0.001: our choice, the paper's numbers are not known to us; its condition on "
        "d asks for d ≈ n² log n."
    )

    def cells(self) -> dict[str, Cell]:
        return {name: Cell(rate, rate) for name, rate in CELLS.items()}

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(len(SHOWN), 3, height=1.9)
        late = data.sel(time=slice(1, None))
        for row, name in zip(rows, SHOWN, strict=True):
            _row(row, late.sel(cell=name))
            log_time(row, float(data["time"][-1]))
            boundary(row, data.sel(cell=name))
            row[0].set_title(name if name != "τ = 0" else "τ = 0: no label noise", loc="left")
        limits = [axes.get_ylim() for axes in (rows[0][0], rows[1][0])]
        for row in rows:
            row[0].set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
            row[1].set_ylim(-0.04, 1.06)
            row[2].set_ylim(0.48, 1.03)
        rows[0][0].legend(*rows[1][0].get_legend_handles_labels(), loc="upper left")
        rows[1][1].legend(loc="center left")
        rows[1][2].legend(loc="lower left")
        for axes in rows[0]:
            axes.set_xlabel("")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        unit, main = unit_of_time(self.experiment()), data.sel(cell=MAIN)
        end = data.isel(time=-1)
        return [
            *_stage_one(main, unit),
            *_signal_first(main.sel(time=round(unit))),
            *_margins(main.sel(time=slice(round(unit), None))),
            *_memorised(end.sel(cell=MAIN)),
            *(_harmed(data.sel(cell=name), name) for name in list(CELLS)[1:]),
            *_without_noise(end.sel(cell="τ = 0")),
            none_diverged(data),
        ]


def _stage_one(run: xr.Dataset, unit: float) -> list[Claim]:
    """That there is one, when it is seen and when it ends."""
    of_seeds, first = Claim.of_seeds, at_stage_one(run)
    detected, crossing = (run["stage_at"].sel(stage=name) for name in ("separated", "crossing"))
    return [
        of_seeds(
            "runs in which all clean and no noisy samples are fitted at some T₁",
            STAGE_ONE,
            run["stage_reached"].sel(stage="separated"),
            LIKELY,
        ),
        of_seeds(
            "detected T₁ in units of nm/(ησ_p²d)",
            STAGE_ONE,
            detected.dropna("seed") / unit,
            0,
            1,
        ),
        of_seeds(
            "end of stage I (mean ρ̄ noisy = mean γ) in units of nm/(ησ_p²d)",
            "Han et al. 2025, stage II",
            crossing.dropna("seed") / unit,
            1,
            10,
        ),
        of_seeds(
            "i.i.d. test error at detected T₁",
            STAGE_ONE,
            first["test_error"].sel(FRESH).dropna("seed"),
            high=0.01,
        ),
    ]


def _signal_first(moment: xr.Dataset) -> list[Claim]:
    """At T₁ of the theorem, with constant 1."""
    of_seeds, text = Claim.of_seeds, "at t = nm/(ησ_p²d): "
    clean, noisy = (moment["accuracy"].sel(kind=kind) for kind in ("clean", "flipped"))
    error = moment["test_error"].sel(FRESH)
    return [
        of_seeds(text + "clean samples fitted", STAGE_ONE, clean, 0.999),
        of_seeds(text + "noisy samples fitted", STAGE_ONE, noisy, high=0.05),
        of_seeds(text + "i.i.d. test error", STAGE_ONE, error, high=0.01),
    ]


def _memorised(end: xr.Dataset) -> list[Claim]:
    """In the end all labels are fitted, and fresh samples still classified."""
    of_seeds, outweighed = Claim.of_seeds, end["outweighed"].sel(kind="flipped")
    return [
        of_seeds(
            "end: training accuracy on the given labels", STAGE_TWO, end["train_accuracy"], 0.999
        ),
        of_seeds("end: noisy samples with ρ̄ > γ", STAGE_TWO, outweighed, 0.9),
        of_seeds(
            "end: i.i.d. test error",
            "Han et al. 2025, stage II",
            end["test_error"].sel(FRESH),
            high=0.01,
        ),
    ]


def _harmed(run: xr.Dataset, name: str) -> Claim:
    """Samples with training noise pay for it."""
    text = f"end: D_test error over half the share of flips, {name}"
    return Claim.of_seeds(text, STAGE_TWO, excess(run), 0.9)


def _without_noise(end: xr.Dataset) -> list[Claim]:
    """τ = 0: nothing is lost."""
    errors = {
        "i.i.d. test error": end["test_error"].sel(FRESH),
        "D_test error": end["test_error"].sel(REUSED),
        "training error": 1 - end["train_accuracy"],
    }
    source = "Han et al. 2025, no label noise"
    return [
        Claim.of_seeds(f"no label noise: {what}, end", source, error, high=0.01)
        for what, error in errors.items()
    ]


def _row(row: list[Axes], run: xr.Dataset) -> None:
    """Coefficients, training accuracies and test accuracies of one cell."""
    curve(row[0], worst(run["gamma_max"]), COLORS[0], "max γ")
    for kind, color, name in (("clean", COLORS[2], "clean"), ("flipped", COLORS[1], "noisy")):
        if run["accuracy"].sel(kind=kind).notnull().any():
            curve(row[0], worst(run["rho_bar_max"].sel(kind=kind)), color, f"max ρ̄, {name}")
            curve(row[1], run["accuracy"].sel(kind=kind), color, name)
    curve(row[1], run["train_accuracy"], COLORS[6], "all", linestyle="--")
    styles = (COLORS[0], "i.i.d.", "-"), (COLORS[3], D_TEST, "--")
    for test, (color, name, style) in zip(TESTS, styles, strict=True):
        curve(row[2], 1 - run["test_error"].sel(test_noise=test), color, name, linestyle=style)
    log_scale(row[0], "coefficient")
    row[1].set_ylabel("training accuracy")
    row[2].set_ylabel("test accuracy")


def _margins(run: xr.Dataset) -> list[Claim]:
    """(1/m) Σ_r (ρ̄ ± γ) against the mean margin of a kind, over the sum of both, the worst record
    from T₁ on.
    """
    signal = run["gamma_mean"].mean("sign")
    claims = []
    for kind, part, text in (("clean", 1, "γ + ρ̄"), ("flipped", -1, "ρ̄ − γ")):
        noise = run["rho_bar_mean"].sel(kind=kind).mean("sign")
        gap = abs(run["margin_mean"].sel(kind=kind) - noise - part * signal) / (noise + signal)
        name = "clean" if kind == "clean" else "noisy"
        text = (
            f"mean margin of {name} samples minus mean ({text}), over mean (γ + ρ̄): "
            "largest from t = nm/(ησ_p²d) on"
        )
        claims.append(Claim.of_seeds(text, "Han et al. 2025, margins", gap.max("time"), high=0.1))
    return claims
