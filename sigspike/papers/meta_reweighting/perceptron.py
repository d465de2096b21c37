"""A softmax network of one hidden layer on the pixels of digits."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from sigspike.foundation.fields import as_array

Images = Float[Array, "sample pixel"]
Features = Float[Array, "sample hidden"]


class Perceptron(NamedTuple):
    """f(x) = Vᵀ h(x) + c with features h(x) = max(0, Uᵀx + b)."""

    inner: Float[Array, "pixel hidden"]
    bias: Float[Array, " hidden"]
    outer: Float[Array, "hidden class_"]
    shift: Float[Array, " class_"]

    def features(self, images: Images) -> Features:
        """The penultimate activations h."""
        return jnp.maximum(images @ self.inner + self.bias[None], 0)

    def answer(self, features: Features) -> Float[Array, "sample class_"]:
        """The logits f."""
        return features @ self.outer + self.shift[None]

    def tangent_kernel(
        self, one: Images, other: Float[Array, "other pixel"]
    ) -> Float[Array, "sample other"]:
        """(1/C) Σ_k ⟨∇f_k(x), ∇f_k(x')⟩ = ⟨h, h'⟩ + 1 + (⟨x, x'⟩ + 1) Σ_r 1(h_r, h'_r > 0) mean_k
        V_rk²: the empirical neural tangent kernel, its mean over the C outputs.
        """
        left, right = self.features(one), self.features(other)
        both = ((left > 0) * (self.outer**2).mean(1)[None]) @ (right > 0).T.astype(left.dtype)
        return left @ right.T + 1 + (one @ other.T + 1) * both


def drawn(n_pixels: int, hidden: int, n_classes: int, seed: int) -> Perceptron:
    """U ~ N(0, 2/d), V ~ N(0, 1/m), no bias."""
    rng = np.random.default_rng(seed)
    inner = rng.normal(0, (2 / n_pixels) ** 0.5, (n_pixels, hidden))
    outer = rng.normal(0, hidden**-0.5, (hidden, n_classes))
    return Perceptron(*map(as_array, (inner, np.zeros(hidden), outer, np.zeros(n_classes))))


def cross_entropy(
    answer: Float[Array, "sample class_"], label: Int[Array, " sample"]
) -> Float[Array, " sample"]:
    """ℓ = −log softmax(f)_y."""
    return optax.softmax_cross_entropy_with_integer_labels(answer, label)
