"""Algorithms, one per file, written in the five verbs of a space."""

from sigspike.algorithms.adam import Adam as Adam
from sigspike.algorithms.algorithm import Algorithm as Algorithm
from sigspike.algorithms.algorithm import Task as Task
from sigspike.algorithms.disturbance import Calm as Calm
from sigspike.algorithms.disturbance import Disturbance as Disturbance
from sigspike.algorithms.disturbance import Jitter as Jitter
from sigspike.algorithms.disturbance import ParameterKick as ParameterKick
from sigspike.algorithms.disturbance import WeightKick as WeightKick
from sigspike.algorithms.feature_reweighting import FeatureReweighting as FeatureReweighting
from sigspike.algorithms.gradient_descent import GradientDescent as GradientDescent
from sigspike.algorithms.label_noise_gd import LabelNoiseGD as LabelNoiseGD
from sigspike.algorithms.label_smoothing import LabelSmoothing as LabelSmoothing
from sigspike.algorithms.meta_reweighting import MetaReweighting as MetaReweighting
from sigspike.algorithms.momentum import Momentum as Momentum
from sigspike.algorithms.reweighted import Reweighted as Reweighted
from sigspike.algorithms.sam import SAM as SAM
from sigspike.algorithms.schedule import Constant as Constant
from sigspike.algorithms.schedule import Cosine as Cosine
from sigspike.algorithms.schedule import Exponential as Exponential
from sigspike.algorithms.schedule import InverseTime as InverseTime
from sigspike.algorithms.schedule import Schedule as Schedule
from sigspike.algorithms.sgd import SGD as SGD
