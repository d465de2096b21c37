"""Disturbances of a reweighted run, one per file."""

from sigspike.training.disturbances.calm import Calm as Calm
from sigspike.training.disturbances.disturbance import Disturbance as Disturbance
from sigspike.training.disturbances.jitter import Jitter as Jitter
from sigspike.training.disturbances.parameter_kick import ParameterKick as ParameterKick
from sigspike.training.disturbances.weight_kick import WeightKick as WeightKick
