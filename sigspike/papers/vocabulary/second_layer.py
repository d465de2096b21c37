"""The second layer trained, beside one that is fixed: when that makes a difference.

Shang et al. 2024 (arXiv 2410.19139) find that the scale of the output layer decides.
"""

from typing import ClassVar

import jax
import jax.numpy as jnp
import matplotlib.figure
import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.vocabulary.output_scale import at_scale
from sigspike.plots.curves import level
from sigspike.plots.style import COLORS, panels

SOURCE = "Shang et al. 2024"
LAYERS = ("fixed", "trained")
SHOWN = 0.12  # SNR


class SecondLayer(Figure):
    """n = 100, d = 2000, σ_p = s/2, m = 20, squared ReLU, a = 1 and σ_0 = 0.01/s at the start, η =
    0.5/s², 2000 steps.

    The first layer alone is the same for every s. With a trained, s is the scale of the output:
    another way to write the run has σ_p = ½ and a = s^⅔ at the start. In the flow of a gradient,
    ‖w‖² − 2a² of a neuron stays what it was, for f is of degree 2 in w and 1 in a.
    """

    name: ClassVar[str] = "second-layer"
    caption: ClassVar[str] = (
        "Gradient descent with a second layer that is fixed, or trained from the same start. Left: "
        "test error against SNR, mean over seeds, for large and small scales s of the output "
        "layer. Right, against s, at one SNR: trained weights a in the end, and what the hidden "
        "layer learnt over a, ‖w − w₀‖ / a; median, and 10–90 % band over neurons and seeds. "
        "Large: the run is that of a fixed layer. Small: both layers grow, and their ratio nears "
        "√2, where ‖w‖² − 2a², which training keeps, takes it. The test error "
        "rises a little where the signal begins to be learnt."
    )
    seeds: ClassVar[tuple[int, int]] = (10, 2)

    @property
    def scales(self) -> list[float]:
        """s, from a large output layer to a small one."""
        return [10.0, 3.0, 1.0, 0.3, 0.1, 0.03] if self.scale == "paper" else [10.0, 1.0, 0.1]

    @property
    def snrs(self) -> list[float]:
        """From where neither learns the signal to where both do."""
        return [0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.16] if self.scale == "paper" else [0.12, 0.14]

    def experiment(self) -> ss.Experiment:
        return ss.Experiment(
            problem=ss.SignalNoise(2000, 1.0, 0.5),
            network=ss.PatchCNN(width=20, activation=ss.ReLUPower(2), init_std=0.01),
            algorithm=ss.GradientDescent(0.5),
            n_samples=100,
            n_steps=2000,
            record_at=(2000,),
            n_test=2000,
            measure="summary",
        )

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        axes = {"network.second_layer": LAYERS, "scale": self.scales, "problem.snr": self.snrs}
        return facts | {"axes": axes}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Both second layers on the same draws."""
        scales, snrs = jnp.array(self.scales), jnp.array(self.snrs)
        found = []
        for layer in LAYERS:
            own = at_scale(ss.put(self.experiment(), "network.second_layer", layer))
            cells = jax.jit(jax.vmap(jax.vmap(own, (None, 0, None)), (0, None, None)))
            for seed in range(self.n_seeds):
                values = cells(scales, snrs, jax.random.key(seed))
                axes = ("scale", "snr", "sign", "neuron")
                parts = {name: (axes[: own.ndim], np.asarray(own)) for name, own in values.items()}
                found.append(xr.Dataset(parts).expand_dims(layer=[layer], seed=[seed]))
                progress(len(found), len(LAYERS) * self.n_seeds)
        data = xr.combine_by_coords(found)
        assert isinstance(data, xr.Dataset)
        data["test_error"].attrs |= {"long_name": "test error", "units": "1"}
        return data.assign_coords(scale=self.scales, snr=self.snrs)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 3, height=2.1)
        error = data["test_error"].mean("seed")
        shown = (self.scales[0], self.scales[-1])
        row[0].plot(data["snr"], error.sel(layer="fixed", scale=1), color="k", label="fixed")
        for color, scale in zip(COLORS, shown, strict=False):
            own = error.sel(layer="trained", scale=scale)
            text = f"trained, s = {scale:g}"
            row[0].plot(data["snr"], own, color=color, marker=".", linestyle="--", label=text)
        row[0].set(xlabel="SNR", ylabel="test error", ylim=(-0.02, 0.52))
        row[0].legend(loc="lower left")
        trained = data.sel(layer="trained", snr=SHOWN)
        ratio = trained["learnt"] / trained["weight"]
        for axes, values in zip(row[1:], (trained["weight"], ratio), strict=True):
            low, middle, high = (
                values.quantile(q, ("seed", "sign", "neuron")) for q in (0.1, 0.5, 0.9)
            )
            axes.plot(data["scale"], middle, color=COLORS[2], marker=".")
            axes.fill_between(data["scale"], low, high, color=COLORS[2], alpha=0.22, linewidth=0)
            axes.set(xscale="log", xlabel="scale s of the output layer")
            axes.invert_xaxis()
        row[1].set(ylabel="a in the end", title=f"SNR {SHOWN:g}")
        row[2].set(ylabel="‖w − w₀‖ / a in the end", title=f"SNR {SHOWN:g}", ylim=(0, 1.7))
        level(row[2], np.sqrt(2), "√2", at=0.2)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        large, small = (data.sel(scale=scale) for scale in (self.scales[0], 0.1))
        both = "trained minus fixed: test error"
        trained = data.sel(layer="trained", snr=SHOWN)
        drift = abs(large["weight"].sel(layer="trained") - 1).max(("snr", "sign", "neuron"))
        end = trained.sel(scale=0.1)
        weight = end["weight"].median(("sign", "neuron"))
        ratio = (end["learnt"] / end["weight"]).median(("sign", "neuron"))
        kept = trained["kept"].median(("sign", "neuron"))
        return [
            Claim.of_seeds(
                f"{both}, mean over SNR (s = 10)", SOURCE, gained(large).mean("snr"), -0.005, 0.005
            ),
            Claim.of_seeds("largest |a − 1| in the end (s = 10)", SOURCE, drift, high=0.02),
            Claim.of_seeds("median a in the end (s = 0.1)", SOURCE, weight, 2),
            Claim.of_seeds(
                "median ‖w − w₀‖ / a in the end (s = 0.1)", "ours: nears √2", ratio, 1, np.sqrt(2)
            ),
            *(
                Claim.of_seeds(
                    f"change of ‖w‖² over that of 2a², median (s = {scale:g})",
                    "ours: 1 in the flow",
                    kept.sel(scale=scale),
                    0.95,
                    1.05,
                )
                for scale in self.scales
            ),
            Claim.of_seeds(
                f"{both} (s = 0.1, SNR 0.14)",
                "ours, after the first runs",
                gained(small).sel(snr=0.14),
                0.0,
                0.15,
            ),
            none_diverged(data),
        ]


def gained(data: xr.Dataset) -> xr.DataArray:
    """What training the second layer adds to the test error, seed by seed."""
    error = data["test_error"]
    return error.sel(layer="trained", drop=True) - error.sel(layer="fixed", drop=True)
