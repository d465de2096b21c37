"""Descent along the signs of the gradient, in weight space alone."""

from typing import ClassVar

import optax

from sigspike.training.optimisers.optimiser import Optimiser, by_coordinates


class SignDescent(Optimiser):
    """w ← w − η sign(g + λ w), coordinate by coordinate; sign(0) = 0."""

    rotation_equivariant: ClassVar[bool] = False
    differentiable: ClassVar[bool] = False

    def transformation(self) -> optax.GradientTransformation:
        return by_coordinates(optax.scale_by_sign())
