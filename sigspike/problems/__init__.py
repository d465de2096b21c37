"""Data models, one per file."""

from sigspike.problems.image_patches import ImagePatches as ImagePatches
from sigspike.problems.problem import Problem as Problem
from sigspike.problems.signal_noise import SignalNoise as SignalNoise
