"""What the network's ι does in one step, given where it is."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from sigspike.theory.iota import MEAN, PRINTED, SQUARE, WITH_SLOPE, Recursion, balance

MODEL: Recursion = WITH_SLOPE[SQUARE]
EDGES = np.exp(np.linspace(np.log(0.2), np.log(6.0), 22))
LEAST = 100  # steps in a bin, for its standard error to mean something


def ball(a: float, flip_rate: float) -> float:
    """√(2a/ι*), the stationary spread of log ι: outside it (log ι − log ι*)² falls in the mean.

    With ι the margin, log ι moves by 4a g: its drift near ι* = log((1 − p)/p) is −4a p(1 − p) ι*
    (log ι − log ι*), its variance 16a² p(1 − p), and twice the first times the distance outweighs
    the second from there on.
    """
    return float((2 * a / balance(flip_rate)) ** 0.5)


def binned(iota: xr.DataArray, flip_rate: float) -> xr.Dataset:
    """E[Δι | ι] and E[Δ(log ι − log ι*)² | ι] in bins of ι, with standard errors.

    Increments over visits of a bin are those of a martingale plus drift, so that √count divides
    their spread.
    """
    place, kept = np.digitize(iota.isel(time=slice(None, -1)).values.ravel(), EDGES) - 1, []
    moves = {"drift": _moves(iota), "potential": _moves(_potential(iota, flip_rate))}
    for k, centre in enumerate(np.sqrt(EDGES[1:] * EDGES[:-1])):
        inside = place == k
        if inside.sum() >= LEAST:
            kept.append(
                [
                    centre,
                    *(
                        part
                        for move in moves.values()
                        for part in _mean(move.values.ravel()[inside])
                    ),
                ]
            )
    columns = np.array(kept).reshape(-1, 5).T
    names = ("drift", "drift_error", "potential", "potential_error")
    variables = {
        name: ("iota_bin", column) for name, column in zip(names, columns[1:], strict=True)
    }
    return xr.Dataset(variables, {"iota_bin": columns[0]})


def outside(iota: xr.DataArray, a: float, flip_rate: float) -> xr.Dataset:
    """By seed: ``fall``, E[ΔV]/a² over visits outside the ball; ``rise``, E[Δι/ι]/a over visits of
    margins between EDGES[0] and log((1/p − 1)/2), where p < 1/(1 + 2e^f).
    """
    before = iota.isel(time=slice(None, -1))
    out = abs(np.log(before.values / float(balance(flip_rate)))) > ball(a, flip_rate)
    out &= before.values > EDGES[0]
    claimed = (before > EDGES[0]) & (before < np.log((1 / flip_rate - 1) / 2))
    fall = (
        _moves(_potential(iota, flip_rate)).where(before.copy(data=out)).mean(["time", "sample"])
        / a**2
    )
    rise = (_moves(iota) / before).where(claimed).mean(["time", "sample"]) / a
    return xr.Dataset({"fall": fall, "rise": rise})


def growth(iota: xr.DataArray, a: float, flip_rate: float) -> xr.DataArray:
    """Growth of log ι in the recursions over that of the network, by (definition, process, seed),
    while the margin is below a tenth.
    """
    early = iota.sel(definition=SQUARE, drop=True).isel(time=slice(None, -1)) < 0.1
    rows = []
    for name in (MEAN, SQUARE):
        own = iota.sel(definition=name, drop=True)
        measured = (
            _moves(xr.apply_ufunc(np.log, own.where(own > 0))).where(early).mean(["time", "sample"])
        )
        before = own.isel(time=slice(None, -1))
        for recursion in (PRINTED[name], WITH_SLOPE[name]):
            drift = before.copy(
                data=np.asarray(recursion.drift(before.values, a, flip_rate, of=_log))
            )
            rows.append(drift.where(early).mean(["time", "sample"]) / measured)
    table = [xr.concat(rows[:2], "process"), xr.concat(rows[2:], "process")]
    joined = xr.concat(table, "definition")
    return joined.assign_coords(definition=[MEAN, SQUARE], process=["printed", "with σ'"])


def _log(iota: Any) -> jax.Array:
    """log ι, finite where a neuron is dead."""
    return jnp.log(jnp.maximum(iota, 1e-30))


def _potential(iota: xr.DataArray, flip_rate: float) -> xr.DataArray:
    """V = (log ι − log ι*)²."""
    return xr.apply_ufunc(np.log, iota.where(iota > 0) / float(balance(flip_rate))) ** 2


def _moves(values: xr.DataArray) -> xr.DataArray:
    """The change in each step, at the place from which it is made."""
    return values.diff("time", label="lower")


def _mean(values: np.ndarray) -> tuple[float, float]:
    """Mean and standard error."""
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)
