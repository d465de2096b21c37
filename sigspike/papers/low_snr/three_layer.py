"""Three layers of ReLU, of which two are trained.

Huang et al. 2025, appendix E.1 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.synthetic import COLORS, compare, gain, outperforms, side_by_side
from sigspike.plots.style import panels

GAINS = {"He's": 2**0.5, "half": 0.5}  # of the second layer's initial weights


class ThreeLayer(Figure):
    """n = 200, d = 2000, m = 20, η = 0.5, p = 0.1, ‖μ‖ = 1, σ_p = 1, as stated; σ_0 = 0.01 for the
    first layer, N(0, g²/m) for the second, and 20 000 steps are our choice.

    The classes share the first layer, so that a filter may learn ±μ and either sign of a noise:
    memorisation against signal is max |ρ| / max |γ| here, over filters and samples.
    """

    name: ClassVar[str] = "three-layer"
    caption: ClassVar[str] = (
        "A three-layer ReLU network, of which the first two layers are trained: memorisation "
        "against signal in the first, training loss and test accuracy; median and 10–90 % band "
        "over seeds. Rows: initial second layer of standard deviation g/√m."
    )
    seeds: ClassVar[tuple[int, int]] = (8, 4)

    def experiment(self) -> ss.Experiment:
        n_steps = 20_000 if self.scale == "paper" else 4_000
        return ss.Experiment(
            problem=ss.SignalNoise(dim=2000, signal_strength=1.0, noise_std=1.0),
            network=ss.ThreeLayerCNN(width=20, init_std=0.01),
            algorithm=ss.LabelNoiseGD(0.5),
            n_samples=200,
            n_steps=n_steps,
            record_every=n_steps // 40,
            n_test=2000,
        )

    def settings(self) -> Settings:
        return {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "upper_gain": GAINS,
        }

    def compute(self, progress: Progress) -> xr.Dataset:
        axes = {"network.upper_gain": list(GAINS.values())}
        data = compare(self.experiment(), axes, self.n_seeds, progress)
        rho = abs(data["rho_bar"] + data["rho_underline"])
        noise = rho.max(["sign", "neuron", "sample"])
        signal = abs(data["gamma"]).max(["sign", "neuron"])
        ratio = noise / signal.where(data["time"] > 0)
        kept = data.drop_dims(["neuron", "sample"])
        return kept.assign(rho_max=noise, gamma_max=signal, ratio=ratio)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(len(GAINS), 3, height=2.0)
        data = data.assign_coords(time=data["time"] / 1000)
        for row, value in zip(rows, GAINS.values(), strict=True):
            side_by_side(row, data.sel(upper_gain=value))
            row[0].set_title(f"g = {value:.3g}", loc="left")
            row[0].set_ylabel("max |ρ| / max |γ|")
            row[1].set_ylim(1e-5, 2)
            row[2].set_ylim(0.5, 1.0)
        rows[0][1].legend(loc="upper right", bbox_to_anchor=(1, 0.72))
        for axes in rows[-1]:
            axes.set_xlabel("gradient steps (thousands)")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """At He's gain, and how much of it is left at another."""
        he, half = (data.sel(upper_gain=value) for value in GAINS.values())
        end, quarter = he.isel(time=-1), he.isel(time=he.sizes["time"] // 4)
        plain, noisy = (end.sel(algorithm=name) for name in COLORS)
        growth = xr.ufuncs.log2(end["gamma_max"] / quarter["gamma_max"])
        tail = he.sel(
            time=slice(0.9 * float(he["time"][-1]), None), algorithm="label-noise GD"
        ).mean("time")
        source, of_seeds = "Huang et al. 2025, appendix E.1", Claim.of_seeds
        prefix = "three layers, "
        return [
            *outperforms(prefix + "GD's test error minus label-noise GD's", source, gain(he)),
            of_seeds(
                prefix
                + "last three quarters of the steps: "
                + "doublings of max |γ| with label noise minus without",
                source,
                growth.sel(algorithm="label-noise GD") - growth.sel(algorithm="GD"),
                low=0.1,
            ),
            of_seeds(
                prefix + "|ρ|/|γ| ends no higher with label noise: log₁₀ of GD's over its own",
                source,
                np.log10(plain["ratio"] / noisy["ratio"]),
                low=-0.05,
            ),
            of_seeds(prefix + "GD: final training loss", source, plain["train_loss"], high=0.01),
            of_seeds(
                prefix + "label-noise GD: training loss stays Θ(1)",
                source,
                tail["train_loss"],
                0.05,
                0.7,
            ),
            of_seeds(
                prefix
                + "from a small second layer (g = 0.5) label-noise GD is not better: "
                + "GD's error minus its own",
                "ours: the paper states no scale",
                gain(half),
                high=0.02,
            ),
        ]
