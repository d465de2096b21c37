"""Which samples a step sees, one way per file."""

from sigspike.training.batches.batches import Batch as Batch
from sigspike.training.batches.batches import Batches as Batches
from sigspike.training.batches.drawn import Drawn as Drawn
from sigspike.training.batches.full import Full as Full
from sigspike.training.batches.online import Online as Online
from sigspike.training.batches.shuffled import Shuffled as Shuffled
