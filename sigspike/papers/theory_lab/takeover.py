"""When the signal takes over from memorised noise under label noise, along the step size."""

import numpy as np
import xarray as xr

import sigspike as ss
from sigspike.papers.figure import Progress
from sigspike.theory.iota import plateau_signal_rate

N_SAMPLES, WIDTH, FLIP_RATE, N_SNR2 = 20, 12, 0.2, 0.8
LENGTH, DIM = 10.0, 1e7  # σ_p √d
START = 0.1  # of the stretch over which growth is measured: max γ / max ρ̄


def programs(scale: str) -> list[tuple[list[float], int]]:
    """Values of a = η σ_p² d/(nm), and steps enough for the smallest: the time goes with a⁻²."""
    coarse = ([0.063, 0.1, 0.16, 0.25, 0.4], 24_000)
    return [coarse] if scale == "quick" else [([0.016, 0.025, 0.04], 380_000), coarse]


def setting(n_steps: int) -> ss.Experiment:
    """Label-noise gradient descent at low SNR, n·SNR² = 0.8, p = 0.2, σ_0 σ_p √d = 0.03.

    m is large enough for every noise to have a neuron of its class that sees it: a sample without
    one keeps a mean pull of order 1, and the signal then grows with η.
    """
    steps = set(ss.log_spaced(n_steps, 100)) | set(range(0, n_steps, n_steps // 100))
    return ss.Experiment(
        problem=ss.SignalNoise(DIM, LENGTH * (N_SNR2 / N_SAMPLES) ** 0.5, LENGTH / DIM**0.5),
        network=ss.PatchCNN(WIDTH, 0.03 / LENGTH, activation=ss.ReLUPower(2)),
        algorithm=ss.LabelNoiseGD(1.0, FLIP_RATE),
        n_samples=N_SAMPLES,
        n_steps=n_steps,
        record_at=tuple(sorted(steps)),
        n_test=20,
        measure="summary",
    )


def learning_rates(rates: list[float]) -> list[float]:
    """η = a nm/(σ_p² d)."""
    return [rate * N_SAMPLES * WIDTH / LENGTH**2 for rate in rates]


def measured(scale: str, n_seeds: int, progress: Progress) -> xr.Dataset:
    """The take-over and the growth before it, over (``rate`` a, seed)."""
    parts = []
    for rates, n_steps in programs(scale):
        axis = {"algorithm.learning_rate": learning_rates(rates)}
        data = ss.sweep(setting(n_steps), axis, n_seeds, progress=progress)
        data = (
            data.drop_vars("learning_rate").rename(learning_rate="rate").assign_coords(rate=rates)
        )
        stages = ss.low_snr_stages(data, FLIP_RATE)
        takeover = stages["at"].sel(stage="takeover", drop=True)
        grown = growth(data.where(data["time"] >= stages["high"].sel(stage="plateau", drop=True)))
        diverged = data["diverged_at"].max("time")
        parts.append(
            xr.Dataset({"takeover": takeover, "growth": grown, "takeover_diverged_at": diverged})
        )
    joined: xr.Dataset = xr.concat(parts, "rate")  # type: ignore[assignment]
    joined["rate"].attrs = {"long_name": "a = η σₚ² d / (nm)", "units": "1"}
    return joined.assign(growth_theory=plateau_signal_rate(joined["rate"], N_SNR2, FLIP_RATE))


def growth(data: xr.Dataset) -> xr.DataArray:
    """Growth of log γ per step, less n·SNR²/2 of that of log ρ̄, while 0.1 ≤ max γ/max ρ̄ ≤ 1 among
    a sign's own.

    As the signal takes a share of the margin, noise gives way: to the first order 2a E g = 2a² E g²
    + Δlog u. The second term is subtracted, so that what is left is a n·SNR² · a p(1 − p) for as
    long as the margin is balanced. The mean over signs: their samples are n together. ``data``
    holds the plateau alone (NaN before).
    """
    signal = data["gamma_max"]
    noise, mean_noise = (data[f"rho_bar_{x}"].sel(kind="clean", drop=True) for x in ("max", "mean"))
    ratio = signal / noise.where(noise > 0)
    start, end = ss.first_time(ratio, START)["high"], ss.first_time(ratio, 1.0)["low"]
    signal_log, noise_log = (xr.apply_ufunc(np.log, x.where(x > 0)) for x in (signal, mean_noise))
    logs = signal_log - N_SNR2 / 2 * noise_log
    at_start, at_end = (logs.where(data["time"] == moment).max("time") for moment in (start, end))
    return ((at_end - at_start) / (end - start).where(end > start)).mean("sign").rename("growth")
