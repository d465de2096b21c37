"""Where a flipped label goes, one law per file."""

from sigspike.models.problems.transitions.any_other import AnyOther as AnyOther
from sigspike.models.problems.transitions.next_class import NextClass as NextClass
from sigspike.models.problems.transitions.transition import Transition as Transition
from sigspike.models.problems.transitions.transition_matrix import (
    TransitionMatrix as TransitionMatrix,
)
