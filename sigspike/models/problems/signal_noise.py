"""The signal–noise data model.

Huang et al. 2025 (arXiv 2510.17526), Han et al. 2025 (arXiv 2505.18909) and Kou et al. 2023 (arXiv
2303.04145).
"""

import numpy as np
from jaxtyping import Float

from sigspike.models.problems.planted_signals import PlantedSignals


class SignalNoise(PlantedSignals):
    """x = (y μ, ξ_1, …, ξ_{P−1}) with y = ±1, ‖μ‖ = ``signal_strength`` and Gaussian noise patches.

    Noise, flips and tests have the options of ``PlantedSignals``: one signal, whose sign is the
    label.
    """

    @property
    def n_axes(self) -> int:
        return 1

    def rule(self, signs: Float[np.ndarray, "atom signal"]) -> Float[np.ndarray, " atom"]:
        return signs[:, 0]
