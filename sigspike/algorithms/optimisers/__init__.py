"""Optimisers, one per file: what becomes of a gradient before the learning rate."""

from sigspike.algorithms.optimisers.adam import Adam as Adam
from sigspike.algorithms.optimisers.adamw import AdamW as AdamW
from sigspike.algorithms.optimisers.descent import Descent as Descent
from sigspike.algorithms.optimisers.heavy_ball import HeavyBall as HeavyBall
from sigspike.algorithms.optimisers.nesterov import Nesterov as Nesterov
from sigspike.algorithms.optimisers.optimiser import Optimiser as Optimiser
from sigspike.algorithms.optimisers.sign_descent import SignDescent as SignDescent
