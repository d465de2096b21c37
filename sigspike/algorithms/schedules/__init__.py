"""Learning-rate schedules, one per file: factors that multiply the learning rate."""

from sigspike.algorithms.schedules.constant import Constant as Constant
from sigspike.algorithms.schedules.cosine import Cosine as Cosine
from sigspike.algorithms.schedules.exponential_decay import ExponentialDecay as ExponentialDecay
from sigspike.algorithms.schedules.inverse_time import InverseTime as InverseTime
from sigspike.algorithms.schedules.schedule import Schedule as Schedule
