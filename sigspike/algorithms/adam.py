"""Adam, in weight space alone."""

from typing import ClassVar

import optax
from jaxtyping import Array, Float

from sigspike.algorithms.algorithm import Algorithm
from sigspike.check import BELOW_ONE, POSITIVE
from sigspike.fields import number
from sigspike.spaces.weights import share_of_initial


class Adam(Algorithm):
    """w ← w − η m̂ / (√v̂ + ε), with m, v moving averages of the gradient and its square (Kingma & Ba 2015).

    The division by √v̂ acts on each coordinate of R^d, so a rotation of the data changes the run: coefficient space
    refuses it. ``weight_decay`` is added to the gradient, as in ``torch.optim.Adam``. What it leaves of w0 is then no
    multiple of w0, so γ and ρ are always those of w − w0.
    """

    rotation_equivariant: ClassVar[bool] = False

    decay_mean: float | Float[Array, ""] = number(BELOW_ONE, "decay β₁", default=0.9)
    decay_square: float | Float[Array, ""] = number(BELOW_ONE, "decay β₂", default=0.999)
    epsilon: float | Float[Array, ""] = number(POSITIVE, "ε of the denominator", default=1e-8)

    def transformation(self) -> optax.GradientTransformation:
        adam = optax.scale_by_adam(self.decay_mean, self.decay_square, self.epsilon)  # type: ignore[arg-type]
        return optax.chain(adam, optax.masked(optax.set_to_zero(), share_of_initial))
