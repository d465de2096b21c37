"""Where a network attends."""

from jaxtyping import Array, Float

from sigspike.simulation.records.record import noted
from sigspike.simulation.records.summary import SummaryRecord
from sigspike.simulation.records.view import View


class AttentionRecord(SummaryRecord):
    """The summary, with the attention s_1 of the first token, which is the signal's, by kind of
    sample, and the largest s_t among the others.
    """

    attention: Float[Array, " kind"] = noted("attention on the signal's token")
    attention_elsewhere: Float[Array, " kind"] = noted("largest attention on another token")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        found = view.attention
        assert found is not None, "the experiment refuses networks without attention"
        return super().own(view) | {
            "attention": view.by_kind(found[:, 0]),
            "attention_elsewhere": view.by_kind(found[:, 1:].max(1)),
        }
