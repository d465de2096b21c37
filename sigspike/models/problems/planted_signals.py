"""Signals with signs, on which the label depends."""

import itertools
from abc import abstractmethod

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sigspike.models.frames import Frame
from sigspike.models.problems.beside_noise import BesideNoise
from sigspike.models.problems.planted import Signals
from sigspike.models.problems.two_classes import TwoClasses


class PlantedSignals(TwoClasses, BesideNoise):
    """x = (Σ_k s_k μ_k, ξ_1, …, ξ_{P−1}) with signs s ∈ {±1}^K, orthogonal signals μ_k and Gaussian
    noise patches.

    The label is a function of the signs, y = ``rule``(s), and s is uniform on {±1}^K, where y = ±1
    is a fair coin. Noise, flips and tests have the options of ``Planted``.
    """

    @abstractmethod
    def rule(self, signs: Float[np.ndarray, "atom signal"]) -> Float[np.ndarray, " atom"]:
        """y = ±1 from the signs s of the signals; balanced over {±1}^K."""

    def strengths(self) -> Float[Array, " signal"]:
        """‖μ_k‖: all are ``signal_strength``, unless a data model says otherwise."""
        return jnp.full(self.n_axes, self.signal_strength)

    def signals(self, frame: Frame) -> Signals:
        """Every Σ_k s_k μ_k, those of y = −1 first."""
        signs = np.array(list(itertools.product((-1.0, 1.0), repeat=self.n_axes)))
        signs = signs[np.argsort(self.rule(signs), kind="stable")]
        atoms = jnp.einsum("ak,k,kd->ad", signs, self.strengths(), frame.axes(self.n_axes))
        polarity = jnp.asarray(self.rule(signs), atoms.dtype)
        return Signals(atoms, polarity, combined=self.n_axes > 1)
