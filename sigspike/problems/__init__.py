"""Data models, one per file."""

from sigspike.problems.image_patches import ImagePatches as ImagePatches
from sigspike.problems.kernel_data import KernelData as KernelData
from sigspike.problems.planted_signals import PlantedSignals as PlantedSignals
from sigspike.problems.problem import Problem as Problem
from sigspike.problems.several_signals import Parity as Parity
from sigspike.problems.several_signals import Staircase as Staircase
from sigspike.problems.signal_noise import SignalNoise as SignalNoise
from sigspike.problems.xor_signals import XORSignals as XORSignals
