"""What becomes of the gradients of a step before the optimiser, one way per file."""

from sigspike.training.gradient.exact import Exact as Exact
from sigspike.training.gradient.gradient import Gradient as Gradient
from sigspike.training.gradient.noisy_gradient import NoisyGradient as NoisyGradient
