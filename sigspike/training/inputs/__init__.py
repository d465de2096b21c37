"""What a step sees of the inputs, one way per file."""

from sigspike.training.inputs.as_drawn import AsDrawn as AsDrawn
from sigspike.training.inputs.inputs import Inputs as Inputs
from sigspike.training.inputs.mix import Mix as Mix
from sigspike.training.inputs.mixup import Mixup as Mixup
