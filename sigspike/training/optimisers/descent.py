"""Plain descent."""

import optax

from sigspike.training.optimisers.optimiser import Optimiser


class Descent(Optimiser):
    """w ← w − η (g + λ w)."""

    def transformation(self) -> optax.GradientTransformation:
        return optax.identity()
