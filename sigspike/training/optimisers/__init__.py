"""Optimisers, one per file: what becomes of a gradient before the learning rate."""

from sigspike.training.optimisers.adam import Adam as Adam
from sigspike.training.optimisers.adamw import AdamW as AdamW
from sigspike.training.optimisers.descent import Descent as Descent
from sigspike.training.optimisers.heavy_ball import HeavyBall as HeavyBall
from sigspike.training.optimisers.nesterov import Nesterov as Nesterov
from sigspike.training.optimisers.optimiser import Optimiser as Optimiser
from sigspike.training.optimisers.sign_descent import SignDescent as SignDescent
