"""Heavy-ball momentum."""

import optax
from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number
from sigspike.training.optimisers.optimiser import Optimiser


class HeavyBall(Optimiser):
    """b ← g + β b, w ← w − η b, β = ``momentum`` (Polyak 1964), as ``torch.optim.SGD(momentum=β)``.

    The gradient enters with weight 1, not 1 − β.
    """

    momentum: float | Float[Array, ""] = number(BELOW_ONE, "momentum β", default=0.9)

    def transformation(self) -> optax.GradientTransformation:
        return optax.trace(decay=self.momentum)  # type: ignore[arg-type]
