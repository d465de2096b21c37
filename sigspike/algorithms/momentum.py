"""Gradient descent with momentum."""

import optax
from jaxtyping import Array, Float

from sigspike.algorithms.algorithm import Algorithm
from sigspike.check import BELOW_ONE
from sigspike.fields import number, switch


class Momentum(Algorithm):
    """b ← ∇L(w) + β b, w ← w − η b (heavy ball, Polyak 1964), or w ← w − η (∇L(w) + β b) (``nesterov``), β = ``decay``.

    As ``torch.optim.SGD(momentum=β)``: the gradient enters with weight 1, not 1 − β.
    """

    decay: float | Float[Array, ""] = number(BELOW_ONE, "momentum", default=0.9)
    nesterov: bool = switch(False)

    def transformation(self) -> optax.GradientTransformation:
        return optax.trace(decay=self.decay, nesterov=self.nesterov)  # type: ignore[arg-type]
