"""A loss of your own: any convex function of the margin z = ỹ f.

    sigspike run --with docs/your_own/loss.py algorithm:gradient-descent \
        --algorithm.learning-rate 0.3 algorithm.loss:squared-hinge
"""

import jax.numpy as jnp

import sigspike as ss


class SquaredHinge(ss.Loss):
    """ℓ(z) = ½ max(0, 1 − z)²."""

    def __call__(self, margin):
        return jnp.maximum(0, 1 - margin) ** 2 / 2
