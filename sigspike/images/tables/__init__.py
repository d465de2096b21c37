"""Tables and experiments of papers as presets: rows are methods, columns noise, cells trainings."""

from sigspike.images.tables.robust_features import Ablation as Ablation
from sigspike.images.tables.robust_features import OfCIFAR10 as OfCIFAR10
from sigspike.images.tables.robust_features import OfCIFAR100 as OfCIFAR100
from sigspike.images.tables.rows import ROWS as ROWS
from sigspike.images.tables.rows import Setting as Setting
from sigspike.images.tables.scale import Scale as Scale
from sigspike.images.tables.table import Accuracy as Accuracy
from sigspike.images.tables.table import Run as Run
from sigspike.images.tables.table import Table as Table
from sigspike.images.tables.vgg import LabelNoiseOfVGG as LabelNoiseOfVGG
from sigspike.images.tables.vgg import TwoStages as TwoStages

TABLES: dict[str, type[Table]] = {
    table.name: table for table in (OfCIFAR10, OfCIFAR100, Ablation, TwoStages, LabelNoiseOfVGG)
}
