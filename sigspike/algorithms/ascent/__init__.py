"""Where the gradient of a step is taken, one way per file."""

from sigspike.algorithms.ascent.ascent import Ascent as Ascent
from sigspike.algorithms.ascent.sharpness import Sharpness as Sharpness
from sigspike.algorithms.ascent.straight import Straight as Straight
