"""Spaces, one per file, and the decomposition that joins them."""

from sigspike.training.spaces.coefficients import Coefficients as Coefficients
from sigspike.training.spaces.decomposition import Decomposition as Decomposition
from sigspike.training.spaces.decomposition import decompose as decompose
from sigspike.training.spaces.decomposition import in_theory as in_theory
from sigspike.training.spaces.decomposition import recompose as recompose
from sigspike.training.spaces.reach import Reach as Reach
from sigspike.training.spaces.space import Params as Params
from sigspike.training.spaces.space import Space as Space
from sigspike.training.spaces.space import Upper as Upper
from sigspike.training.spaces.weights import Weights as Weights

SPACES: dict[str, type[Space]] = {"coefficients": Coefficients, "weights": Weights}
