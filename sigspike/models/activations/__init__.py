"""Activations, one per file."""

from sigspike.models.activations.activation import Activation as Activation
from sigspike.models.activations.identity import Identity as Identity
from sigspike.models.activations.leaky import Leaky as Leaky
from sigspike.models.activations.relu_power import ReLUPower as ReLUPower
from sigspike.models.activations.signed_power import SignedPower as SignedPower
from sigspike.models.activations.smoothed_relu import SmoothedReLU as SmoothedReLU
from sigspike.models.activations.softplus import Softplus as Softplus
from sigspike.models.activations.tanh import Tanh as Tanh
