"""Spaces, one per file, and the decomposition that joins them."""

from sigspike.spaces.coefficients import Coefficients as Coefficients
from sigspike.spaces.decomposition import Decomposition as Decomposition
from sigspike.spaces.decomposition import decompose as decompose
from sigspike.spaces.decomposition import in_theory as in_theory
from sigspike.spaces.decomposition import recompose as recompose
from sigspike.spaces.space import Params as Params
from sigspike.spaces.space import Space as Space
from sigspike.spaces.weights import Weights as Weights

SPACES: dict[str, type[Space]] = {"coefficients": Coefficients, "weights": Weights}
