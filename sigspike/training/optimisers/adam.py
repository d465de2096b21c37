"""Adam, in weight space alone."""

from typing import ClassVar

import optax
from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE, POSITIVE
from sigspike.foundation.fields import number
from sigspike.training.optimisers.optimiser import Optimiser, by_coordinates


class Adam(Optimiser):
    """w ← w − η m̂ / (√v̂ + ε), with m, v moving averages of the gradient and its square (Kingma &
    Ba 2015).

    The division by √v̂ acts on each coordinate of R^d, so that a rotation of the data changes the
    run. λ w is added to the gradient, as in ``torch.optim.Adam``.
    """

    rotation_equivariant: ClassVar[bool] = False
    differentiable: ClassVar[bool] = False

    decay_mean: float | Float[Array, ""] = number(BELOW_ONE, "decay β₁", default=0.9)
    decay_square: float | Float[Array, ""] = number(BELOW_ONE, "decay β₂", default=0.999)
    epsilon: float | Float[Array, ""] = number(POSITIVE, "ε of the denominator", default=1e-8)

    def transformation(self) -> optax.GradientTransformation:
        numbers = self.decay_mean, self.decay_square, self.epsilon
        return by_coordinates(optax.scale_by_adam(*numbers))  # type: ignore[arg-type]
