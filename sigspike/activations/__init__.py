"""Activations, one per file."""

from sigspike.activations.activation import Activation as Activation
from sigspike.activations.identity import Identity as Identity
from sigspike.activations.leaky import Leaky as Leaky
from sigspike.activations.relu_power import ReLUPower as ReLUPower
from sigspike.activations.signed_power import SignedPower as SignedPower
from sigspike.activations.smoothed_relu import SmoothedReLU as SmoothedReLU
from sigspike.activations.softplus import Softplus as Softplus
from sigspike.activations.tanh import Tanh as Tanh
