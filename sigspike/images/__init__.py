"""Real images with noisy labels: data, networks with PyTorch's semantics, and methods."""

from sigspike.images import data as data
from sigspike.images import methods as methods
from sigspike.images import networks as networks
from sigspike.images import noise as noise
from sigspike.images import training as training
from sigspike.images.trained import Predictions as Predictions
from sigspike.images.trained import Trained as Trained
from sigspike.images.trained import load_run as load_run
