"""Where the gradient of a step is taken."""

from abc import abstractmethod
from collections.abc import Callable

from sigspike.foundation.fields import Checked
from sigspike.training.spaces import Params, Space


class Ascent(Checked):
    """The point ŵ at which the gradient of the step is taken, reached from w along the gradient of
    the same loss.
    """

    @abstractmethod
    def climbed(self, space: Space, params: Params, slope: Callable[[Params], Params]) -> Params:
        """ŵ; ``slope`` is the exact gradient of the step's loss."""
