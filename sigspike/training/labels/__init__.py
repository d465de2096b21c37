"""What a step is told of the labels, one way per file."""

from sigspike.training.labels.flips import Flips as Flips
from sigspike.training.labels.given import Given as Given
from sigspike.training.labels.labels import Labels as Labels
from sigspike.training.labels.multipliers import Multipliers as Multipliers
from sigspike.training.labels.smoothing import Smoothing as Smoothing
