"""The ι-process of a proof beside the network that it stands for.

Huang et al. 2025, proof of Theorem 3.3 (arXiv 2510.17526).
"""

from typing import ClassVar

import jax
import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.theory_lab.increments import MODEL, ball, binned, growth, outside
from sigspike.plots.curves import level, log_scale
from sigspike.plots.style import COLORS, panels
from sigspike.theory.iota import MEAN, PRINTED, SQUARE, WITH_SLOPE, balance

FLIP_RATE, RATE = 0.1, 0.05  # p, and a = η σ_p² d/(nm)
N_SAMPLES, WIDTH, LENGTH, DIM = 20, 10, 10.0, 1e7
STARTED = (
    0.01  # of the margin, from which the recursions run: ρ̄ is then ten times the initial overlap
)
BALANCE = float(balance(FLIP_RATE))
ENTROPY = -FLIP_RATE * np.log(FLIP_RATE) - (1 - FLIP_RATE) * np.log(1 - FLIP_RATE)
PROCESSES = {"network": COLORS[0], "printed": COLORS[1], "with σ'": COLORS[2]}
SYMBOLS = {MEAN: "ι = (1/m) Σ ρ̄", SQUARE: "ι = (1/m) Σ ρ̄²"}
REBUTTAL = "Huang et al. 2025, rebuttal"


class Iota(Figure):
    """Section 6 of the proof: n = 20, m = 10, σ_p √d = 10, d = 1e7, p = 0.1, a = 0.05 (all ours).

    n·SNR² = 0.02: the signal plays no part in these steps. σ_0 σ_p √d = 0.01.
    """

    name = "iota"
    caption = (
        "Label-noise GD's memorised noise, ι of each sample in the network (median, 10–90 % of "
        "samples and seeds) and in the recursion of Huang et al. 2025, as printed and with the "
        "factor σ'(z) = 2z that it omits, both started at the network's ι. Above left: ι = (1/m) "
        "Σ ρ̄ (the recursion takes ι² for the margin, which is larger); right: ι = (1/m) Σ ρ̄², "
        "the margin itself. Below left: mean change of ι in a step, measured in the network (± 2 "
        "s.e.) and by the recursions; ι rises below the margin log((1 − p)/p) and falls above it. "
        "Below right: V = (log ι − log ι*)², ι* = log((1 − p)/p), is the supermartingale, outside "
        "the grey ball."
    )
    seeds: ClassVar[tuple[int, int]] = (12, 6)

    def experiment(self) -> ss.Experiment:
        return ss.Experiment(
            problem=ss.SignalNoise(DIM, LENGTH * (0.02 / N_SAMPLES) ** 0.5, LENGTH / DIM**0.5),
            network=ss.PatchCNN(WIDTH, 0.01 / LENGTH, activation=ss.ReLUPower(2)),
            algorithm=ss.LabelNoiseGD(RATE * N_SAMPLES * WIDTH / LENGTH**2, FLIP_RATE),
            n_samples=N_SAMPLES,
            n_steps=1500 if self.scale == "quick" else 3000,
            record_every=1,
            n_test=20,
        )

    def settings(self) -> Settings:
        return {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds, "a": RATE}

    def compute(self, progress: Progress) -> xr.Dataset:
        """ι over (definition, process, time, seed, sample), and the increments of the network's in
        bins of ι.
        """
        data = ss.sweep(self.experiment(), {}, self.n_seeds, progress=progress)
        memorised = data["rho_bar"].sum("sign")  # zero for the other class
        network = {MEAN: memorised.mean("neuron"), SQUARE: (memorised**2).mean("neuron")}
        start = int((network[SQUARE].median(["seed", "sample"]) >= STARTED).argmax("time"))
        paths = [_processes(network[name].isel(time=slice(start, None)), name) for name in network]
        iota = xr.concat(paths, "definition").assign_coords(definition=list(network))
        late = data.isel(time=slice(-(data.sizes["time"] // 10), None))
        summary = xr.Dataset({"iota": iota.quantile([0.1, 0.5, 0.9], ["seed", "sample"])})
        own = iota.sel(definition=SQUARE, process="network", drop=True)
        summary = summary.merge(binned(own, FLIP_RATE)).merge(outside(own, RATE, FLIP_RATE))
        summary["growth"] = growth(iota.sel(process="network", drop=True), RATE, FLIP_RATE)
        summary["margin"] = late["margin"].mean(["time", "sample"])
        summary["step_loss"] = late["step_loss"].mean("time")
        return summary.assign(diverged_at=data["diverged_at"].max("time"))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [top, bottom] = panels(2, 2, height=2.2)
        for axes, name in zip(top, SYMBOLS, strict=True):
            _paths(axes, data["iota"].sel(definition=name))
            log_scale(axes, SYMBOLS[name])
        top[0].legend(loc="lower right")
        level(top[1], BALANCE, "log((1 − p)/p)")
        _drifts(bottom[0], data)
        _supermartingale(bottom[1], data)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        return [*_settles(data), *_grows(data), *_returns(data), *_potential_falls(data)]


def _settles(data: xr.Dataset) -> list[Claim]:
    """At the plateau of zero drift."""
    return [
        Claim.of_seeds(
            "mean margin of the last tenth: log((1 − p)/p) = 2.197",
            "ours",
            data["margin"],
            2.05,
            2.35,
        ),
        Claim.of_seeds(
            "loss on the labels of the step: H(p) = 0.325",
            "ours",
            data["step_loss"],
            0.305,
            0.355,
        ),
    ]


def _grows(data: xr.Dataset) -> list[Claim]:
    """Before the plateau as fast as the recursion that has σ'."""
    ratio = data["growth"].sel(definition=MEAN)
    return [
        Claim.of_seeds(
            "recursion with σ' over the network: growth of log ι before the plateau",
            "ours",
            ratio.sel(process="with σ'"),
            0.9,
            1.1,
        ),
        Claim.of_seeds(
            "the same, as printed: half as fast", REBUTTAL, ratio.sel(process="printed"), 0.45, 0.55
        ),
    ]


def _returns(data: xr.Dataset) -> list[Claim]:
    """ι drifts towards the balance from both sides, and so upwards below it."""
    sure = 3 * data["drift_error"]
    off = abs(data["iota_bin"] - BALANCE) > 6 * RATE
    wrong = off & (data["drift"] * np.sign(BALANCE - data["iota_bin"]) < -sure)
    return [
        Claim(
            "bins off log((1 − p)/p) by 6a where ι drifts away from it (by 3 s.e.)",
            "ours",
            float(wrong.sum()),
            0,
            high=0,
        ),
        Claim.of_seeds(
            "E[Δι/ι | ι]/a where the proof's condition p < 1/(1 + 2e^f) holds: "
            "ι drifts up, no supermartingale",
            REBUTTAL,
            data["rise"],
            0.02,
        ),
    ]


def _potential_falls(data: xr.Dataset) -> list[Claim]:
    """V is the supermartingale, outside its ball."""
    out = abs(np.log(data["iota_bin"] / BALANCE)) > ball(RATE, FLIP_RATE)
    rising = out & (data["potential"] > 3 * data["potential_error"])
    return [
        Claim.of_seeds(
            "E[ΔV | ι]/a² for V = (log ι − log ι*)², outside its ball |log ι − log ι*| > √(2a/ι*)",
            "ours",
            data["fall"],
            high=0,
        ),
        Claim(
            "bins outside the ball where V rises (by 3 s.e.)",
            "ours",
            float(rising.sum()),
            0,
            high=0,
        ),
    ]


def _processes(network: xr.DataArray, name: str) -> xr.DataArray:
    """The network's ι, and both recursions from where it starts."""
    start, n_steps = network.isel(time=0), network.sizes["time"] - 1
    processes = [network]
    for k, recursion in enumerate((PRINTED[name], WITH_SLOPE[name])):
        walked = recursion.paths(
            jax.random.key(k), jax.numpy.asarray(start.values), RATE, FLIP_RATE, n_steps
        )
        processes.append(network.transpose("time", *start.dims).copy(data=np.asarray(walked)))
    return xr.concat(processes, "process").assign_coords(process=list(PROCESSES))


def _paths(axes: Axes, iota: xr.DataArray) -> None:
    """Medians and bands of the three processes."""
    for name, color in PROCESSES.items():
        low, middle, high = (iota.sel(process=name, quantile=q) for q in (0.1, 0.5, 0.9))
        axes.plot(iota["time"], middle, color=color, label=name)
        axes.fill_between(iota["time"], low, high, color=color, alpha=0.22, linewidth=0)
    axes.set(xlabel="steps", xlim=(0, 800))


def _drifts(axes: Axes, data: xr.Dataset) -> None:
    """E[Δι | ι]: measured, and by the recursions for the squared definition."""
    x = data["iota_bin"]
    axes.errorbar(
        x, data["drift"], 2 * data["drift_error"], fmt="o", color=PROCESSES["network"], markersize=3
    )
    for name, recursion in (("printed", PRINTED[SQUARE]), ("with σ'", WITH_SLOPE[SQUARE])):
        axes.plot(x, recursion.drift(x.values, RATE, FLIP_RATE), color=PROCESSES[name], linewidth=1)
    axes.axhline(0, color="0.35", linewidth=0.8, linestyle=":")
    axes.axvline(BALANCE, color="0.35", linewidth=0.8, linestyle=":")
    axes.set(xlabel="ι = (1/m) Σ ρ̄²", ylabel="E[Δι | ι]")


def _supermartingale(axes: Axes, data: xr.Dataset) -> None:
    """E[ΔV | ι] for V = (log ι − log ι*)²."""
    x, radius = np.log(data["iota_bin"] / BALANCE), ball(RATE, FLIP_RATE)
    axes.errorbar(
        x,
        data["potential"],
        2 * data["potential_error"],
        fmt="o",
        color=PROCESSES["network"],
        markersize=3,
    )
    axes.plot(
        x,
        MODEL.drift(
            data["iota_bin"].values, RATE, FLIP_RATE, lambda i: jax.numpy.log(i / BALANCE) ** 2
        ),
        color=PROCESSES["with σ'"],
    )
    axes.axvspan(-radius, radius, color="0.9", zorder=0)
    axes.axhline(0, color="0.35", linewidth=0.8, linestyle=":")
    axes.set(xlabel="log ι − log ι*", ylabel="E[ΔV | ι]")
