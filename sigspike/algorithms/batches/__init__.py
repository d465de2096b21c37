"""Which samples a step sees, one way per file."""

from sigspike.algorithms.batches.batches import Batch as Batch
from sigspike.algorithms.batches.batches import Batches as Batches
from sigspike.algorithms.batches.drawn import Drawn as Drawn
from sigspike.algorithms.batches.full import Full as Full
from sigspike.algorithms.batches.shuffled import Shuffled as Shuffled
