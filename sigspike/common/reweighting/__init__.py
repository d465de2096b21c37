"""Reweighting of training examples by a small clean subset, in one bilevel step.

The rules are those of three papers.
"""

from sigspike.common.reweighting.bilevel import Bilevel as Bilevel
from sigspike.common.reweighting.descent import Carried as Carried
from sigspike.common.reweighting.descent import Linearised as Linearised
from sigspike.common.reweighting.descent import Seen as Seen
from sigspike.common.reweighting.descent import WeightedDescent as WeightedDescent
from sigspike.common.reweighting.descent import linearised as linearised
from sigspike.common.reweighting.features import class_counts as class_counts
from sigspike.common.reweighting.features import class_sums as class_sums
from sigspike.common.reweighting.features import contest as contest
from sigspike.common.reweighting.features import kernel_class_sums as kernel_class_sums
from sigspike.common.reweighting.features import votes as votes
from sigspike.common.reweighting.fresh import FreshWeights as FreshWeights
from sigspike.common.reweighting.network import WeightNetwork as WeightNetwork
from sigspike.common.reweighting.persistent import PersistentWeights as PersistentWeights
from sigspike.common.reweighting.rule import Rule as Rule
