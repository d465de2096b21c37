"""The weights of a reweighting algorithm."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.common.selection import auc
from sigspike.simulation.records.record import FLIPPED, noted
from sigspike.simulation.records.summary import SummaryRecord
from sigspike.simulation.records.view import View


class WeightRecord(SummaryRecord):
    """The summary, with the weights ω_i of a reweighting algorithm and the couplings c_i of its
    next step.

    An increment of a weight is β c_i before it is clipped. ``auc_weights`` is P(ω of a clean
    example > ω of a flipped one) + ½ P(equal), and ``auc_couplings`` the same of c: ½ tells
    nothing. ``coupling_norm`` is √(Σ_i c_i² / n).
    """

    weight: Float[Array, " sample"] = noted("weight ω of an example")
    coupling: Float[Array, " sample"] = noted("coupling c with the clean subset")
    flipped: Float[Array, " sample"] = noted(FLIPPED)
    weight_mean: Float[Array, " kind"] = noted("mean weight")
    auc_weights: Float[Array, ""] = noted("AUC of the weights, clean against flipped")
    auc_couplings: Float[Array, ""] = noted("AUC of the couplings, clean against flipped")
    coupling_norm: Float[Array, ""] = noted("coupling norm, root mean square of c")
    clean_loss: Float[Array, ""] = noted("loss of the clean subset")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        assert view.look is not None, "the experiment refuses algorithms without weights"
        weight, coupling = view.look
        return super().own(view) | {
            "weight": weight,
            "coupling": coupling,
            "flipped": view.flips,
            "weight_mean": view.by_kind(weight),
            "auc_weights": auc(weight, ~view.flipped),
            "auc_couplings": auc(coupling, ~view.flipped),
            "coupling_norm": jnp.sqrt(jnp.mean(coupling**2)),
            "clean_loss": view.clean_loss,
        }
