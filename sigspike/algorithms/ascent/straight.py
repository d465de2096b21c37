"""No ascent."""

from collections.abc import Callable

from sigspike.algorithms.ascent.ascent import Ascent
from sigspike.spaces import Params, Space


class Straight(Ascent):
    """ŵ = w."""

    def climbed(self, space: Space, params: Params, slope: Callable[[Params], Params]) -> Params:
        return params
