"""Signal and noise in one vector."""

from dataclasses import replace

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import switch
from sigspike.models.frames import Frame
from sigspike.models.problems.planted import Planted, Signals
from sigspike.models.problems.two_classes import TwoClasses


class OneVector(TwoClasses, Planted):
    """x = y μ + ξ, one patch, with y = ±1 and ‖μ‖ = ``signal_strength``.

    The mixture of Karhadkar et al. 2024 (arXiv 2403.06903), x = √γ y v + √(1 − γ) g with ‖v‖ = 1
    and g ~ N(0, (I − v vᵀ)/d), is ``orthogonal`` with the ``signal_share`` γ. Flips and tests have
    the options of ``Planted``.
    """

    orthogonal: bool = switch(False)

    @property
    def n_axes(self) -> int:
        return 1

    @property
    def noise_patches(self) -> int:
        return 1

    @property
    def signal_is_noisy(self) -> bool:
        return True

    @property
    def signal_share(self) -> Float[Array, ""]:
        """γ = ‖μ‖², where ‖μ‖² + σ_p² d = 1."""
        return jnp.asarray(self.signal_strength) ** 2

    def with_signal_share(self, share: float | Float[Array, ""]) -> "OneVector":
        """‖μ‖ = √γ and σ_p = √((1 − γ)/d)."""
        BELOW_ONE.check("signal_share", share)
        std = jnp.sqrt((1 - share) / jnp.asarray(self.dim))
        return replace(self, signal_strength=jnp.sqrt(share), noise_std=std)

    def signals(self, frame: Frame) -> Signals:
        """−μ and μ."""
        sign = jnp.array([-1.0, 1.0])
        return Signals(sign[:, None] * self.signal_strength * frame.axes(1), sign)
