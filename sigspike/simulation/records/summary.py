"""Maxima and means."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from sigspike.models import labels
from sigspike.simulation.records.record import Record, along, noted
from sigspike.simulation.records.view import View


class SummaryRecord(Record):
    """Maxima and means per class j, split by ``kind`` of sample: clean (ỹ = y) and flipped (NaN
    where there is none).

    ``outweighed``: the fraction with (1/m) Σ_r ρ̄_{ỹ,r,i} > (1/m) Σ_r γ_{−ỹ,r}, whose noise is read
    as ỹ_i even beside the signal of the other class.
    """

    gamma_max: Float[Array, "sign *feature"] = noted("max γ")
    gamma_mean: Float[Array, "sign *feature"] = noted("mean γ")
    rho_bar_max: Float[Array, "sign kind"] = noted("max ρ̄")
    rho_bar_mean: Float[Array, "sign kind"] = noted("mean ρ̄ over the samples with ỹ = j")
    rho_underline_max: Float[Array, "sign kind"] = noted("max |ρ̲|")
    rho_underline_mean: Float[Array, "sign kind"] = noted("mean ρ̲ over the samples with ỹ = −j")
    margin_mean: Float[Array, " kind"] = noted("mean margin ỹf")
    accuracy: Float[Array, " kind"] = noted("training accuracy by kind of sample")
    outweighed: Float[Array, " kind"] = noted(
        "fraction of samples whose ρ̄ exceeds the γ of the other class"
    )

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        decomposition, exists, label = view.decomposition, view.exists, view.examples.label
        own = view.network.sides[:, None] == label[None]
        bar, underline = (side[:, None] & view.kind[None] for side in (own, ~own))
        gamma = decomposition.gamma
        signal = jnp.mean(gamma, axis=1, where=along(exists, gamma))
        noise = jnp.mean(decomposition.rho_bar, axis=1, where=along(exists, decomposition.rho_bar))
        noise = jnp.sum(noise.reshape(*noise.shape[:2], -1), axis=(0, 2))
        ahead = noise - _beside(signal, own, view)
        outweighed = labels.correct(ahead, jnp.ones_like(ahead))
        return {
            "gamma_max": jnp.max(gamma, axis=1, where=along(exists, gamma), initial=-jnp.inf),
            "gamma_mean": signal,
            "rho_bar_max": _by_kind(decomposition.rho_bar, bar, exists, jnp.max),
            "rho_bar_mean": _by_kind(decomposition.rho_bar, bar, exists, jnp.mean),
            "rho_underline_max": _by_kind(
                abs(decomposition.rho_underline), underline, exists, jnp.max
            ),
            "rho_underline_mean": _by_kind(
                decomposition.rho_underline, underline, exists, jnp.mean
            ),
            "margin_mean": view.by_kind(view.margin),
            "accuracy": view.by_kind(view.correct),
            "outweighed": view.by_kind(outweighed),
        }


def _beside(
    signal: Float[Array, "sign *feature"], own: Bool[Array, "sign sample"], view: View
) -> Float[Array, " sample"]:
    """The largest mean γ among the other classes of each sample: of a class, that of its own
    feature, or of all where their signs tell the class; its own where no bank is another's.
    """
    if signal.ndim > 1 and view.examples.signed:
        signal = signal.sum(1)
    elif signal.ndim > 1:
        place = labels.place(view.network.sides, view.network.n_classes)
        signal = jnp.take_along_axis(signal, place[:, None], axis=1)[:, 0]
    others = ~own | own.all(0)[None]
    return jnp.max(jnp.broadcast_to(signal[:, None], own.shape), 0, where=others, initial=-jnp.inf)


def _by_kind(
    values: Float[Array, "sign neuron sample *patch"], chosen: Array, exists: Array, statistic: Any
) -> Float[Array, "sign kind"]:
    """A statistic over neurons and chosen samples, for each class and kind."""
    flat = values.reshape(*values.shape[:3], -1)[:, None]
    where = jnp.broadcast_to(
        chosen[:, :, None, :, None] & exists[None, None, :, None, None],
        (flat.shape[0], 2, *flat.shape[2:]),
    )
    extra = {"initial": -jnp.inf} if statistic is jnp.max else {}
    result = statistic(jnp.broadcast_to(flat, where.shape), axis=(2, 3, 4), where=where, **extra)
    return jnp.where(chosen.any(-1), result, jnp.nan)
