"""Losses of the margin z = ỹ f, one per file."""

from sigspike.losses.exponential import ExponentialLoss as ExponentialLoss
from sigspike.losses.hinge import Hinge as Hinge
from sigspike.losses.logistic import Logistic as Logistic
from sigspike.losses.loss import Loss as Loss
from sigspike.losses.squared import Squared as Squared
