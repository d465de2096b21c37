"""A data model of your own: here, three signals in one patch, whose majority is the label.

    sigspike run --with docs/your_own/data.py problem:majority --problem.dim 500 \
        --problem.signal-strength 2 --problem.noise-std 0.5
"""

import numpy as np

import sigspike as ss


class Majority(ss.PlantedSignals):
    """x = (Σ_k s_k μ_k, ξ) with three signs s_k = ±1, and y = sign(s_1 + s_2 + s_3)."""

    @property
    def n_axes(self):
        return 3

    def rule(self, signs):
        return np.sign(signs.sum(1))
