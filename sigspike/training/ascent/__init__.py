"""Where the gradient of a step is taken, one way per file."""

from sigspike.training.ascent.ascent import Ascent as Ascent
from sigspike.training.ascent.sharpness import Sharpness as Sharpness
from sigspike.training.ascent.straight import Straight as Straight
