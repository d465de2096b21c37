"""Experiments in R^d by NumPy in float64, sample by sample, written apart from sigspike.

What is read of an experiment are the names and values of its options; of a draw, the arrays.
"""

from by_hand.activations import activated as activated
from by_hand.online import Online as Online
from by_hand.record import record as record
from by_hand.reweighted import begun as begun
