"""Gradient descent."""

from sigspike.algorithms.algorithm import Algorithm


class GradientDescent(Algorithm):
    """w ← w − η ∇L(w), L = (1/n) Σ_i ℓ(ỹ_i f_i), full batch (paper A, eq. for GD)."""
