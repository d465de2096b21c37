"""Algorithms, one per file, written in the five verbs of a space."""

from sigspike.algorithms.adam import Adam as Adam
from sigspike.algorithms.algorithm import Algorithm as Algorithm
from sigspike.algorithms.algorithm import Task as Task
from sigspike.algorithms.gradient_descent import GradientDescent as GradientDescent
from sigspike.algorithms.label_noise_gd import LabelNoiseGD as LabelNoiseGD
from sigspike.algorithms.label_smoothing import LabelSmoothing as LabelSmoothing
from sigspike.algorithms.momentum import Momentum as Momentum
from sigspike.algorithms.sam import SAM as SAM
from sigspike.algorithms.schedule import Constant as Constant
from sigspike.algorithms.schedule import Cosine as Cosine
from sigspike.algorithms.schedule import Exponential as Exponential
from sigspike.algorithms.schedule import InverseTime as InverseTime
from sigspike.algorithms.schedule import Schedule as Schedule
from sigspike.algorithms.sgd import SGD as SGD
