"""Reweighting of training examples by a small clean subset: one bilevel step, and the rules of three papers."""

from sigspike.reweighting.bilevel import Bilevel as Bilevel
from sigspike.reweighting.bilevel import Carried as Carried
from sigspike.reweighting.bilevel import Seen as Seen
from sigspike.reweighting.fresh import FreshWeights as FreshWeights
from sigspike.reweighting.network import WeightNetwork as WeightNetwork
from sigspike.reweighting.persistent import PersistentWeights as PersistentWeights
from sigspike.reweighting.rule import Rule as Rule
