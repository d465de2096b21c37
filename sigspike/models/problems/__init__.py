"""Data models, one per file."""

from sigspike.models.problems.feature import Feature as Feature
from sigspike.models.problems.feature import NoFeature as NoFeature
from sigspike.models.problems.features import Features as Features
from sigspike.models.problems.image_patches import ImagePatches as ImagePatches
from sigspike.models.problems.kernel_data import KernelData as KernelData
from sigspike.models.problems.leaks import FeatureNoise as FeatureNoise
from sigspike.models.problems.leaks import Leak as Leak
from sigspike.models.problems.leaks import NoLeak as NoLeak
from sigspike.models.problems.leaks import WeakSignals as WeakSignals
from sigspike.models.problems.many_classes import ManyClasses as ManyClasses
from sigspike.models.problems.one_vector import OneVector as OneVector
from sigspike.models.problems.planted import Planted as Planted
from sigspike.models.problems.planted_signals import PlantedSignals as PlantedSignals
from sigspike.models.problems.problem import Problem as Problem
from sigspike.models.problems.several_signals import Parity as Parity
from sigspike.models.problems.several_signals import Staircase as Staircase
from sigspike.models.problems.signal_noise import SignalNoise as SignalNoise
from sigspike.models.problems.sparse_noise import SparseNoise as SparseNoise
from sigspike.models.problems.transitions import AnyOther as AnyOther
from sigspike.models.problems.transitions import NextClass as NextClass
from sigspike.models.problems.transitions import Transition as Transition
from sigspike.models.problems.transitions import TransitionMatrix as TransitionMatrix
from sigspike.models.problems.two_classes import TwoClasses as TwoClasses
from sigspike.models.problems.xor_signals import XORSignals as XORSignals
