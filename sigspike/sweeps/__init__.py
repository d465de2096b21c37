"""Grids of runs."""

from sigspike.sweeps.axis import Linked as Linked
from sigspike.sweeps.boundary import trace_boundary as trace_boundary
from sigspike.sweeps.statistics import over_seeds as over_seeds
from sigspike.sweeps.sweep import load as load
from sigspike.sweeps.sweep import sweep as sweep
