"""What the examples of a step count, one way per file."""

from sigspike.training.weights.equal import Equal as Equal
from sigspike.training.weights.feature_weights import FeatureWeights as FeatureWeights
from sigspike.training.weights.hypergradient_weights import (
    HypergradientWeights as HypergradientWeights,
)
from sigspike.training.weights.moment import Moment as Moment
from sigspike.training.weights.steered import Look as Look
from sigspike.training.weights.steered import Steered as Steered
from sigspike.training.weights.weighting import Weighting as Weighting
