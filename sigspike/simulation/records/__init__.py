"""What is written down of a run at one moment, by the name of its ``measure``."""

from sigspike.simulation.records.attention import AttentionRecord as AttentionRecord
from sigspike.simulation.records.coefficients import CoefficientRecord
from sigspike.simulation.records.groups import GroupRecord
from sigspike.simulation.records.record import Record as Record
from sigspike.simulation.records.second_layer import SecondLayerRecord
from sigspike.simulation.records.summary import SummaryRecord as SummaryRecord
from sigspike.simulation.records.view import View as View
from sigspike.simulation.records.weights import WeightRecord as WeightRecord

RECORDS: dict[str, type[Record]] = {
    "coefficients": CoefficientRecord,
    "summary": SummaryRecord,
    "weights": WeightRecord,
    "attention": AttentionRecord,
    "second_layer": SecondLayerRecord,
    "groups": GroupRecord,
}
