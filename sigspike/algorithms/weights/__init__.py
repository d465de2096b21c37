"""What the examples of a step count, one way per file."""

from sigspike.algorithms.weights.equal import Equal as Equal
from sigspike.algorithms.weights.feature_weights import FeatureWeights as FeatureWeights
from sigspike.algorithms.weights.hypergradient_weights import HypergradientWeights as HypergradientWeights
from sigspike.algorithms.weights.moment import Moment as Moment
from sigspike.algorithms.weights.steered import Look as Look
from sigspike.algorithms.weights.steered import Steered as Steered
from sigspike.algorithms.weights.weighting import Weighting as Weighting
