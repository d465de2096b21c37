"""Algorithms: dials, one folder each, the step that reads them, and familiar settings by name."""

from sigspike.training.algorithm import Algorithm as Algorithm
from sigspike.training.algorithm import Randomness as Randomness
from sigspike.training.algorithm import State as State
from sigspike.training.preset import PRESETS as PRESETS
from sigspike.training.preset import Preset as Preset
from sigspike.training.preset import preset_of as preset_of
from sigspike.training.presets import SAM as SAM
from sigspike.training.presets import SGD as SGD
from sigspike.training.presets import FeatureReweighting as FeatureReweighting
from sigspike.training.presets import GradientDescent as GradientDescent
from sigspike.training.presets import LabelNoiseGD as LabelNoiseGD
from sigspike.training.presets import LabelSmoothing as LabelSmoothing
from sigspike.training.presets import MetaReweighting as MetaReweighting
from sigspike.training.task import Start as Start
from sigspike.training.task import Task as Task
