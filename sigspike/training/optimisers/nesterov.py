"""Nesterov's momentum."""

import optax
from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import number
from sigspike.training.optimisers.optimiser import Optimiser


class Nesterov(Optimiser):
    """b ← g + β b, w ← w − η (g + β b), β = ``momentum``, as ``torch.optim.SGD(momentum=β,
    nesterov=True)``.
    """

    momentum: float | Float[Array, ""] = number(BELOW_ONE, "momentum β", default=0.9)

    def transformation(self) -> optax.GradientTransformation:
        return optax.trace(decay=self.momentum, nesterov=True)  # type: ignore[arg-type]
