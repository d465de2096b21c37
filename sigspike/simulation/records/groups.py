"""Test errors of groups."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.simulation.records.record import noted
from sigspike.simulation.records.summary import SummaryRecord
from sigspike.simulation.records.view import View


class GroupRecord(SummaryRecord):
    """The summary, with the test error by how a feature of a test sample stands to its true label:
    it agrees, is against it, or is absent (NaN where no test sample is so).

    The minority groups of a spurious feature are the samples that it is against (Deng et al. 2023,
    arXiv 2306.04949); common and rare features are told apart where they are absent.
    """

    group_error: Float[Array, "feature standing"] = noted("test error by standing of a feature")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        shown = view.test.truth[:, None] * view.test.shown
        groups = jnp.stack([shown > 0, shown < 0, shown == 0], axis=2)
        wrong = jnp.broadcast_to(view.wrong[:, None, None], groups.shape)
        return super().own(view) | {"group_error": jnp.mean(wrong, axis=0, where=groups)}
