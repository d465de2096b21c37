"""Measured times against the powers that theorems give them.

They are of Huang et al. 2025 (arXiv 2510.17526) and Han et al. 2025 (arXiv 2505.18909).
"""

from typing import ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.theory_lab import takeover
from sigspike.papers.theory_lab.drawing import (
    AXIS,
    draw_growth,
    draw_powers,
    draw_takeover,
    draw_times,
)
from sigspike.papers.theory_lab.slopes import exponent
from sigspike.papers.theory_lab.times import (
    BASE,
    EVENTS,
    N_SNR2,
    SMALL,
    THETA,
    cells,
    finite_size,
    grid,
    measured,
    setting,
)
from sigspike.plots.style import panels

TOLERANCE = 0.05  # of an exponent: Θ hides logarithms
THM = "Huang et al. 2025, Thm 3.3"


class Exponents(Figure):
    """T₁ at low SNR and of the two stages, and their crossing, one parameter at a time; label
    noise's take-over along the step size.

    Chosen here, since the theorems name no numbers: σ_p √d = 10, d = 1e8, n = 60, m = 8, η = 0.06
    where it does not move, n·SNR² = 0.1 (low SNR) and 8 (two stages), σ_0 σ_p √d = 1e-4 and 0.01;
    ‖μ‖ and σ_0 move so that these stay. The steps are small (a = η σ_p² d/(nm) ≤ 0.04) and d ≫ n².
    """

    name = "exponents"
    caption = (
        "Upper row and lower left: when gradient descent memorises (low SNR: max ρ̄ ≥ 1) or fits "
        "clean labels under fixed flips (two stages: mean clean margin ≥ 1), and when flipped "
        "samples' noise passes the signal (stage II), medians over seeds with bootstrap 95 % "
        "intervals; lines have the power of nm/(ησₚ²d). Fitted minus theoretical power, 95 % t "
        "interval over seeds: those at low SNR lie a little below n¹ and m¹ since the largest of "
        "nm draws starts higher, and off η⁻¹ by the size of a step. Lower right: under label "
        "noise the signal takes over after a time ∝ η⁻², not η⁻¹ (Theorem 3.3): on the plateau "
        "log γ grows by a² n·SNR² p(1 − p) a step, below the n·SNR² a/16 of its proof as soon as "
        "a < 1/(16 p(1 − p))."
    )
    seeds: ClassVar[tuple[int, int]] = (8, 6)

    def settings(self) -> Settings:
        facts = {paper: ss.describe(setting(paper)) for paper in N_SNR2}
        shared = {
            "n·SNR²": N_SNR2,
            "σ_0 σ_p √d": SMALL,
            "grid": grid(self.scale),
            "n_seeds": self.n_seeds,
        }
        programs = takeover.programs(self.scale)
        late = [
            ss.describe(takeover.setting(n_steps)) | {"a": rates} for rates, n_steps in programs
        ]
        return facts | shared | {"take-over": late}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Times over (event, parameter, place, seed), their powers, and the take-over over (rate,
        seed).
        """
        n_cells = 2 * len(cells(self.scale)) + sum(
            len(rates) for rates, _ in takeover.programs(self.scale)
        )
        tell = running(progress, n_cells * self.n_seeds)
        parts = [measured(paper, self.scale, self.n_seeds, tell) for paper in N_SNR2]
        wanted = ["at", "low", "high", "reached", "last"]
        data = xr.concat([part[wanted] for part in parts], "event")
        runs = xr.concat([part["diverged_at"] for part in parts], "paper")
        values = grid(self.scale)
        data = data.assign(diverged_at=runs, stage_one=parts[1]["stage_one"])
        data = data.assign(value=(("parameter", "place"), [values[name] for name in AXIS]))
        sized = [[finite_size(BASE | {name: value}) for value in values[name]] for name in AXIS]
        data = data.assign(finite_size=(("parameter", "place"), sized))
        powers = exponent(data["at"], data["value"], "place")  # type: ignore[arg-type]
        data = data.assign(
            {f"power_{name}": powers[name] for name in ("middle", "standard_error", "half_width")}
        )
        late = takeover.measured(self.scale, self.n_seeds, tell)
        return data.merge(late)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [top, bottom] = panels(2, 4, height=1.85)
        for axes, name in zip([*top, bottom[0]], AXIS, strict=True):
            draw_times(axes, data.sel(parameter=name), name)
        top[0].set_ylabel("steps")
        bottom[0].set_ylabel("steps")
        figure.legend(*top[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
        draw_powers(bottom[1], data)
        draw_takeover(bottom[2], data)
        draw_growth(bottom[3], data)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        return [*_power_claims(data), *_takeover_claims(data)]


def running(progress: Progress, total: int) -> Progress:
    """The progress of several sweeps, one after the other, as that of one."""
    past = [0]

    def tell(done: int, part: int) -> None:
        progress(past[0] + done, total)
        past[0] += part if done == part else 0

    return tell


def _power_claims(data: xr.Dataset) -> list[Claim]:
    """The powers of T₁ in both papers, what explains the rest, and whether stage I is there."""
    claims = []
    for event, source in zip(
        EVENTS[:2], ("Huang et al. 2025, lemma on T₁", "Han et al. 2025, T₁"), strict=True
    ):
        for name, theory in THETA.items():
            own = data.sel(event=event, parameter=name)
            middle, error, half = (
                float(own[f"power_{x}"]) for x in ("middle", "standard_error", "half_width")
            )
            side = "inside" if abs(middle - theory) <= half else "outside"
            low, high = theory - TOLERANCE, theory + TOLERANCE
            if (event, name) == (EVENTS[1], "n"):
                # Each n has its own draws, and its own share of flips
                low, high = low - half, high + half
            text = (
                f"power of {name} in {event} ({theory:+.0f}; {side} of its interval ± {half:.2g})"
            )
            claims.append(Claim(text, source, middle, error, low, high))
    ratio = (data["at"].sel(event=EVENTS[0]) / data["finite_size"]).mean(["parameter", "place"])
    text = (
        "low SNR: T₁ over log(1/max initial overlap)/log(1 + a): largest of nm draws and size of "
        "a step explain the rest"
    )
    share = data["stage_one"].astype(float).mean(["parameter", "place"])
    claim = (
        "two stages: share of trainings in stage I at T₁, all clean right and all flipped "
        "predicted with their true label: most"
    )
    return [
        *claims,
        Claim.of_seeds(text, "ours", ratio, 0.95, 1.05),
        Claim.of_seeds(claim, "Han et al. 2025, stage I", share, 0.5),
    ]


def _takeover_claims(data: xr.Dataset) -> list[Claim]:
    """η⁻², at small steps and at large ones, and the second-order growth of the signal."""
    rate = data["rate"]
    slope = exponent(data["takeover"], rate, "rate")["slope"].dropna("seed")
    large = {"rate": slice(-3, None)}
    late = exponent(data["takeover"].isel(large), rate.isel(large), "rate")["slope"].dropna("seed")
    ratio = (data["growth"] / data["growth_theory"]).isel(rate=0)
    printed = (data["growth"] / (rate * takeover.N_SNR2 / 16)).isel(rate=0)
    first = f"a = {float(rate[0]):g}"
    a = f"a = {float(rate[0]):g} … {float(rate[-1]):g}"
    return [
        Claim.of_seeds(
            f"power of η in label noise's take-over, {a}: −2, not the theorem's −1",
            THM,
            slope,
            -2.2,
            -1.8,
        ),
        Claim.of_seeds(
            "the same for the three largest a: no step is large enough for −1",
            THM,
            late,
            -2.5,
            -1.5,
        ),
        Claim.of_seeds(
            f"growth of log γ over a² n·SNR² p(1 − p), {first}", "ours", ratio, 0.9, 1.1
        ),
        Claim.of_seeds(
            f"growth of log γ over the printed η‖μ‖²/(16m), {first}", THM, printed, high=0.5
        ),
    ]
