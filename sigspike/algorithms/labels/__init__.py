"""What a step is told of the labels, one way per file."""

from sigspike.algorithms.labels.flips import Flips as Flips
from sigspike.algorithms.labels.given import Given as Given
from sigspike.algorithms.labels.labels import Labels as Labels
from sigspike.algorithms.labels.multipliers import Multipliers as Multipliers
from sigspike.algorithms.labels.smoothing import Smoothing as Smoothing
