"""Every coefficient."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.simulation.records.record import FLIPPED, Record, along, noted
from sigspike.simulation.records.view import View


class CoefficientRecord(Record):
    """Every coefficient γ, ρ̄, ρ̲, the margin ỹ_i f_i and the loss of every sample, and which bear a
    flipped label.
    """

    gamma: Float[Array, "sign neuron *feature"] = noted("γ")
    rho_bar: Float[Array, "sign neuron sample *patch"] = noted("ρ̄")
    rho_underline: Float[Array, "sign neuron sample *patch"] = noted("ρ̲")
    margin: Float[Array, " sample"] = noted("margin ỹf")
    sample_loss: Float[Array, " sample"] = noted("loss of a sample on its given label")
    flipped: Float[Array, " sample"] = noted(FLIPPED)

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        coefficients = jax.tree.map(
            lambda values: jnp.where(along(view.exists, values), values, jnp.nan),
            view.decomposition,
        )
        return vars(coefficients) | {
            "margin": view.margin,
            "sample_loss": view.loss,
            "flipped": view.flips,
        }
