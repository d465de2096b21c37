"""Gradient descent and label-noise gradient descent at d = 10²¹, where all conditions can hold.

They are those of Assumption 3.1, Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import matplotlib.figure
import numpy as np
import xarray as xr
from jaxtyping import Array, Float, Key
from matplotlib.axes import Axes

import sigspike as ss
from sigspike import theory
from sigspike.common import stages
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import COLORS, FLIP_RATE
from sigspike.papers.theory_lab.regimes import Regime, regimes
from sigspike.plots.curves import curve, worst
from sigspike.plots.style import panels

RATES = dict(zip(COLORS, (0.0, FLIP_RATE), strict=True))
PLAIN, NOISY = RATES
N_RECORDS = 60
LARGEST = ("gamma_max", "rho_bar_max", "rho_underline_max")
KEPT = ("test_error", "train_loss", *LARGEST, "margin_mean", "diverged_at")


class Flagship(Figure):
    """In double precision: at the bound of η the relative change of a coefficient in a step is
    10⁻⁶.
    """

    name: ClassVar[str] = "flagship"
    caption: ClassVar[str] = (
        "Test error, and the largest coefficients, of gradient descent and label-noise gradient "
        "descent: in the paper's own experiment, and at d = 10²¹ with every condition of "
        "Assumption 3.1 but three (a bound on σ₀ and those on p and η), where a = ησₚ²d/(nm); "
        "median and 10–90 % band over seeds. Vertical lines: the printed time of Theorem 3.3 "
        "(dotted), ours of second order (dashed). With small steps label noise has not learnt by "
        "the printed time."
    )

    legend: ClassVar[Any] = "lower right"
    seeds: ClassVar[tuple[int, int]] = (5, 2)

    @property
    def regimes(self) -> dict[str, Regime]:
        """In order of their rows."""
        with jax.enable_x64(True):
            return regimes(N_RECORDS, self.scale == "quick")

    def settings(self) -> Settings:
        return {
            name: {"experiment": ss.describe(r.experiment), "left_out": r.left_out}
            for name, r in self.regimes.items()
        }

    def compute(self, progress: Progress) -> xr.Dataset:
        done: list[xr.Dataset] = []
        for name, regime in self.regimes.items():
            done.append(self._runs(regime, self.n_seeds).expand_dims(regime=[name]))
            progress(len(done), len(self.regimes))
        return xr.concat(done, "regime", join="outer")

    def _runs(self, regime: Regime, n_seeds: int) -> xr.Dataset:
        """Both algorithms for every seed; ``time`` counts records, whose ``step`` each regime has
        of its own.
        """
        with jax.enable_x64(True):
            keys = jax.random.split(jax.random.key(0), n_seeds)
            record = trained(regime.experiment, jnp.array(list(RATES.values())), keys)
            data = ss.named_axes(record, ("algorithm", "seed", "time")).assign_coords(
                algorithm=list(RATES)
            )
        steps = data["time"].values
        data = data[list(KEPT)].assign_coords(time=np.arange(len(steps)), seed=np.arange(n_seeds))
        return data.assign(step=("time", steps))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(len(data["regime"]), 2, height=1.75)
        for row, (name, regime) in zip(rows, self.regimes.items(), strict=True):
            run = in_steps(data.sel(regime=name))
            said = theory.LabelNoiseLearns()(regime.experiment)
            for algorithm, color in COLORS.items():
                one = run.sel(algorithm=algorithm)
                curve(
                    row[0],
                    one["test_error"],
                    color,
                    algorithm,
                    linewidth=3 if algorithm == PLAIN else 1.2,
                )
                curve(row[1], worst(one["rho_bar_max"]), color, f"max ρ̄, {algorithm}")
                curve(row[1], worst(one["gamma_max"]), color, f"max γ, {algorithm}", linestyle="--")
            for axes in row:
                self._times(axes, said)
                axes.set(xscale="log", xlim=(1, 1.3 * float(run["time"][-1])))
            row[0].set(ylabel="test error", ylim=(-0.02, 0.56))
            row[0].set_title(heading(regime, said), loc="left")
            row[1].set(yscale="log", ylabel="coefficient", ylim=(1e-5, 60))
        rows[0][0].legend(loc="lower left")
        rows[0][1].legend(loc=self.legend, frameon=True, edgecolor="none", framealpha=1)
        for axes in rows[-1]:
            axes.set_xlabel("gradient step")
        return figure

    def _times(self, axes: Axes, said: theory.Report) -> None:
        for name, style in (("take-over", ":"), ("take-over, second order", "--")):
            axes.axvline(said[name].value, color="0.35", linewidth=0.8, linestyle=style)  # type: ignore[union-attr]

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Of the regimes at d = 10²¹, and how far the usual one is from them."""
        usual = theory.LabelNoiseLearns()(self.regimes["usual"].experiment).largest_constant
        far = Claim(
            "largest C of the paper's own experiment",
            "Huang et al. 2025, Assumption 3.1",
            usual,
            0,
            high=0.01,
        )
        of_regimes = [
            self._of_regime(name, in_steps(data.sel(regime=name))) for name in ("large", "small")
        ]
        return [far, *of_regimes[0], *of_regimes[1]]

    def _of_regime(self, name: str, data: xr.Dataset) -> list[Claim]:
        regime = self.regimes[name]
        suffix = f" ({regime.title})"
        plain, noisy = (data.sel(algorithm=algorithm) for algorithm in RATES)
        learns = theory.LabelNoiseLearns()(regime.experiment)
        broken = [
            c.name for c in learns.conditions if not c.holds() and c.name not in regime.left_out
        ]
        return [
            Claim(
                "conditions broken that are not named as left out" + suffix,
                "Huang et al. 2025, Assumption 3.1",
                len(broken),
                0,
                high=0,
            ),
            *self._memorised(plain, regime.experiment, suffix),
            *(
                self._learnt(noisy, learns, suffix)
                if name == "large"
                else self._not_yet(noisy, learns, suffix)
            ),
        ]

    def _memorised(self, plain: xr.Dataset, experiment: ss.Experiment, suffix: str) -> list[Claim]:
        """Gradient descent, at the stated time and within the stated bounds."""
        said = theory.GradientDescentMemorises()(
            ss.put(experiment, "algorithm.labels.flip_rate", 0.0)
        )
        time = said["T1"].value  # type: ignore[union-attr]
        reached = stages.first_time(worst(plain["rho_bar_max"]), 1.0)
        before = plain.where(plain["time"] <= time)
        bounds = {"max γ until T1": "gamma_max", "max |ρ̲| until T1": "rho_underline_max"}
        lemmas = "Huang et al. 2025, lemmas"
        return [
            Claim.of_seeds(
                "T₁ measured over T₁ stated" + suffix, lemmas, reached["at"] / time, high=1
            ),
            Claim.of_seeds(
                "GD: final test error" + suffix,
                "Huang et al. 2025, Theorem 3.2",
                plain["test_error"].isel(time=-1),
                low=0.24,
            ),
            *(
                Claim.of_seeds(
                    f"GD: {bound}, over its bound" + suffix,
                    lemmas,
                    worst(before[variable]).max("time") / said[bound].value,  # type: ignore[union-attr]
                    high=1,
                )
                for bound, variable in bounds.items()
            ),
        ]

    def _learnt(self, noisy: xr.Dataset, said: theory.Report, suffix: str) -> list[Claim]:
        """Large steps: label noise learns, but later than printed."""
        end = noisy.isel(time=-1)
        over = stages.low_snr_stages(noisy, FLIP_RATE).sel(stage="takeover")["at"]
        printed, ours = (said[name].value for name in ("take-over", "take-over, second order"))  # type: ignore[union-attr]
        return [
            Claim.of_seeds(
                "label-noise GD: final test error" + suffix,
                "Huang et al. 2025, Theorem 3.3",
                end["test_error"],
                high=0.01,
            ),
            Claim.of_seeds(
                "label-noise GD: training loss Θ(1)" + suffix,
                "Huang et al. 2025, Theorem 3.3",
                end["train_loss"],
                0.05,
                0.7,
            ),
            Claim.of_seeds(
                "take-over over the second-order time" + suffix, "ours", over / ours, 0.2, 2
            ),
            Claim.of_seeds(
                "take-over over the printed time, too small by 1/a" + suffix,
                "against Huang et al. 2025, Theorem 3.3",
                over / printed,
                10,
            ),
        ]

    def _not_yet(self, noisy: xr.Dataset, said: theory.Report, suffix: str) -> list[Claim]:
        """Small steps: at the printed time nothing has been learnt."""
        end = noisy.isel(time=-1)
        share = float(end["time"]) / said["take-over"].value  # type: ignore[union-attr]
        source = "against Huang et al. 2025, Theorem 3.3"
        return [
            Claim("steps taken over the printed time" + suffix, source, share, 0, low=1),
            Claim.of_seeds(
                "label-noise GD: test error at the printed time" + suffix,
                source,
                end["test_error"],
                low=0.24,
            ),
        ]


def heading(regime: Regime, said: theory.Report) -> str:
    """The regime, and up to which C it meets the conditions that it does not leave out."""
    kept = [
        entry.largest_constant for entry in said.conditions if entry.name not in regime.left_out
    ]
    but = f", but for {len(regime.left_out)} of {len(said.conditions)}" if regime.left_out else ""
    rate = theory.Scales.of(regime.experiment).noise_rate
    return f"{regime.title} (a = {rate:.2g}; conditions hold up to C = {min(kept):.2g}{but})"


@eqx.filter_jit
def trained(
    experiment: ss.Experiment, rates: Float[Array, " rate"], keys: Key[Array, " seed"]
) -> ss.Record:
    """Every flip rate with every key; a program serves the regimes that differ in numbers alone."""

    def one(rate: Float[Array, ""], key: Key[Array, ""]) -> ss.Record:
        return ss.simulate(ss.put(experiment, "algorithm.labels.flip_rate", rate), key)

    return jax.vmap(jax.vmap(one, (None, 0)), (0, None))(rates, keys)


def in_steps(data: xr.Dataset) -> xr.Dataset:
    """One regime with its own steps along ``time``."""
    kept = data.dropna("time", how="all", subset=["step"])
    return kept.assign_coords(time=kept["step"].values)
