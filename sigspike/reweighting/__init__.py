"""Reweighting of training examples by a small clean subset: one bilevel step, and the rules of three papers."""

from sigspike.reweighting.bilevel import Bilevel as Bilevel
from sigspike.reweighting.descent import Carried as Carried
from sigspike.reweighting.descent import Linearised as Linearised
from sigspike.reweighting.descent import Seen as Seen
from sigspike.reweighting.descent import WeightedDescent as WeightedDescent
from sigspike.reweighting.descent import linearised as linearised
from sigspike.reweighting.features import class_counts as class_counts
from sigspike.reweighting.features import class_sums as class_sums
from sigspike.reweighting.features import contest as contest
from sigspike.reweighting.features import kernel_class_sums as kernel_class_sums
from sigspike.reweighting.features import votes as votes
from sigspike.reweighting.fresh import FreshWeights as FreshWeights
from sigspike.reweighting.network import WeightNetwork as WeightNetwork
from sigspike.reweighting.persistent import PersistentWeights as PersistentWeights
from sigspike.reweighting.rule import Rule as Rule
