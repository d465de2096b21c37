"""The second layer, where it is trained."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.simulation.records.record import along, noted
from sigspike.simulation.records.summary import SummaryRecord
from sigspike.simulation.records.view import View


class SecondLayerRecord(SummaryRecord):
    """The summary, with a second layer a that is trained."""

    output_weight: Float[Array, "sign neuron"] = noted("weight a of the second layer")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        exists = along(view.exists, view.upper)
        return super().own(view) | {"output_weight": jnp.where(exists, view.upper, jnp.nan)}
