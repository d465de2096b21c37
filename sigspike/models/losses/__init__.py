"""Losses of the margin z = ỹ f, one per file."""

from sigspike.models.losses.cross_entropy import CrossEntropy as CrossEntropy
from sigspike.models.losses.exponential import ExponentialLoss as ExponentialLoss
from sigspike.models.losses.hinge import Hinge as Hinge
from sigspike.models.losses.logistic import Logistic as Logistic
from sigspike.models.losses.loss import Loss as Loss
from sigspike.models.losses.squared import Squared as Squared
