"""A step of weighted images, as its method sees it before the weights are revised."""

from typing import NamedTuple

from sigspike.common.reweighting import Carried, Linearised, WeightedDescent
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.state import Descent, Model


class Moment(NamedTuple):
    """The losses of a batch at θ with their Jacobian (``at``, whose ``extra`` is the network's
    output), and the step that is about to be taken.

    ``model`` is θ, ``carried`` what goes from step to step beside it, ``outer`` the step, and
    ``descent`` has the network and the rate.
    """

    at: Linearised
    model: Model
    carried: Carried
    batch: Batch
    outer: WeightedDescent
    descent: Descent
