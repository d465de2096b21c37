"""XOR signals: two classes that no linear classifier tells apart."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number
from sigspike.models.problems.planted_signals import PlantedSignals


class XORSignals(PlantedSignals):
    """A signal patch that is one of ±(a + b), with y = +1, or ±(a − b), with y = −1, each as often;
    a ⟂ b.

    ‖a‖ = ``signal_strength`` and ‖b‖ = ``strength_ratio`` · ‖a‖. Since the patch is s_1 a + s_2 b
    and y = s_1 s_2, its mean given y is 0. (The usual picture, with ±u against ±v for u ⟂ v, is ‖a‖
    = ‖b‖: u = a + b, v = a − b.) Noise, flips and tests have the options of ``PlantedSignals``.
    """

    strength_ratio: float | Float[Array, ""] = number(NONNEGATIVE, "ratio ‖b‖ / ‖a‖", default=1.0)

    @property
    def n_axes(self) -> int:
        return 2

    def rule(self, signs: Float[np.ndarray, "atom signal"]) -> Float[np.ndarray, " atom"]:
        return signs[:, 0] * signs[:, 1]

    def strengths(self) -> Float[Array, " signal"]:
        return self.signal_strength * jnp.stack([jnp.ones(()), jnp.asarray(self.strength_ratio)])
