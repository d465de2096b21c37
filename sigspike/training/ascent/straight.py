"""No ascent."""

from collections.abc import Callable

from sigspike.training.ascent.ascent import Ascent
from sigspike.training.spaces import Params, Space


class Straight(Ascent):
    """ŵ = w."""

    def climbed(self, space: Space, params: Params, slope: Callable[[Params], Params]) -> Params:
        return params
