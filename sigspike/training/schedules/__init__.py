"""Learning-rate schedules, one per file: factors that multiply the learning rate."""

from sigspike.training.schedules.constant import Constant as Constant
from sigspike.training.schedules.cosine import Cosine as Cosine
from sigspike.training.schedules.exponential_decay import ExponentialDecay as ExponentialDecay
from sigspike.training.schedules.inverse_time import InverseTime as InverseTime
from sigspike.training.schedules.schedule import Schedule as Schedule
