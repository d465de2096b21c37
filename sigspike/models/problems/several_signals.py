"""Several signals in one patch, and labels that depend on their signs: parity and staircase."""

import numpy as np
from jaxtyping import Float

from sigspike.foundation.fields import count
from sigspike.models.problems.planted_signals import PlantedSignals

MOST = 8  # signals: a patch is one of 2^K atoms


class SeveralSignals(PlantedSignals):
    """A signal patch Σ_k s_k μ_k of K = ``n_signals`` orthogonal signals, s_k = ±1 and ‖μ_k‖ =
    ``signal_strength``.

    All signals share one patch: a network that adds up what each patch answers could be no product
    of signs that came in patches of their own. Noise, flips and tests have the options of
    ``PlantedSignals``.

    What PatchCNN without a bias can tell apart: (1/m) Σ_r σ(⟨w_r, v⟩) splits into an even and an
    odd function of v. For σ(z) = max(0, z)^q they are made of |z|^q and sign(z) |z|^q; at q = 1 the
    odd one is linear, and at q = 2 the even one is quadratic. So an odd parity of K ≥ 3 signals is
    out of the reach of q = 1, and an even one of K ≥ 4 out of that of q = 2.
    """

    n_signals: int = count("signals K", default=3, high=MOST)

    @property
    def n_axes(self) -> int:
        return self.n_signals


class Parity(SeveralSignals):
    """y = s_1 s_2 ⋯ s_K."""

    def rule(self, signs: Float[np.ndarray, "atom signal"]) -> Float[np.ndarray, " atom"]:
        return np.prod(signs, axis=1)


class Staircase(SeveralSignals):
    """y = sign(s_1 + s_1 s_2 + … + s_1 s_2 ⋯ s_K), and y = s_1 where the sum is 0, as it can be for
    even K.

    The staircase function of Abbe et al. 2021 (arXiv 2108.10573), each term of which leads to the
    next (Abbe, Boix-Adserà and Misiakiewicz 2022, arXiv 2202.08658). At K = 3, y = s_1 if s_2 = 1,
    else −s_1 s_3.
    """

    def rule(self, signs: Float[np.ndarray, "atom signal"]) -> Float[np.ndarray, " atom"]:
        return np.sign(np.cumprod(signs, axis=1).sum(axis=1) + signs[:, 0] / 2)
