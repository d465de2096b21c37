"""Disturbances of a reweighted run, one per file."""

from sigspike.algorithms.disturbances.calm import Calm as Calm
from sigspike.algorithms.disturbances.disturbance import Disturbance as Disturbance
from sigspike.algorithms.disturbances.jitter import Jitter as Jitter
from sigspike.algorithms.disturbances.parameter_kick import ParameterKick as ParameterKick
from sigspike.algorithms.disturbances.weight_kick import WeightKick as WeightKick
