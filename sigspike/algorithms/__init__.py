"""Algorithms: dials, one folder each, the step that reads them, and familiar settings by name."""

from sigspike.algorithms.algorithm import Algorithm as Algorithm
from sigspike.algorithms.algorithm import Randomness as Randomness
from sigspike.algorithms.algorithm import State as State
from sigspike.algorithms.preset import PRESETS as PRESETS
from sigspike.algorithms.preset import Preset as Preset
from sigspike.algorithms.preset import preset_of as preset_of
from sigspike.algorithms.presets import SAM as SAM
from sigspike.algorithms.presets import SGD as SGD
from sigspike.algorithms.presets import FeatureReweighting as FeatureReweighting
from sigspike.algorithms.presets import GradientDescent as GradientDescent
from sigspike.algorithms.presets import LabelNoiseGD as LabelNoiseGD
from sigspike.algorithms.presets import LabelSmoothing as LabelSmoothing
from sigspike.algorithms.presets import MetaReweighting as MetaReweighting
from sigspike.algorithms.task import Start as Start
from sigspike.algorithms.task import Task as Task
