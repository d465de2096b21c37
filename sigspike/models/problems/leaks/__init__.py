"""What noise patches hold of the signals, one way per file."""

from sigspike.models.problems.leaks.feature_noise import FeatureNoise as FeatureNoise
from sigspike.models.problems.leaks.leak import Leak as Leak
from sigspike.models.problems.leaks.no_leak import NoLeak as NoLeak
from sigspike.models.problems.leaks.weak_signals import WeakSignals as WeakSignals
