"""Meta-Weight-Net: weights from a small network of the loss (Shu et al. 2019)."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.common.reweighting.rule import Ids, Losses, Rule
from sigspike.foundation.check import POSITIVE
from sigspike.foundation.fields import count, number


class Perceptron(NamedTuple):
    """V(ℓ) = sigmoid(vᵀ max(0, u ℓ + b) + c)."""

    inner: Float[Array, " hidden"]
    bias: Float[Array, " hidden"]
    outer: Float[Array, " hidden"]
    shift: Float[Array, ""]

    def __call__(self, losses: Losses) -> Losses:
        hidden = jnp.maximum(jnp.outer(losses, self.inner) + self.bias[None], 0)
        return jax.nn.sigmoid(hidden @ self.outer + self.shift)


class WeightNetwork(Rule):
    """w_i = V(ℓ_i; φ), and φ ← φ + α Σ_i c_i ∇_φ V(ℓ_i; φ), where ℓ_i is not differentiated.

    Meta-Weight-Net, Shu et al. 2019 (arXiv 1902.07379), eq. 6 and 8: φ − (α/η) ∂L_val(θ̂(φ))/∂φ by
    the chain rule through w. V has one hidden layer of 100, drawn as PyTorch draws its linear
    layers.
    """

    rate: float | Float[Array, ""] = number(POSITIVE, "rate of the weight network α", default=0.01)
    hidden: int = count("hidden units", default=100)

    def init(self, key: Key[Array, ""], n_samples: int) -> Perceptron:
        keys, bound = jax.random.split(key, 4), self.hidden**-0.5
        inner, bias = (jax.random.uniform(k, (self.hidden,), minval=-1, maxval=1) for k in keys[:2])
        outer = jax.random.uniform(keys[2], (self.hidden,), minval=-bound, maxval=bound)
        return Perceptron(
            inner, bias, outer, jax.random.uniform(keys[3], (), minval=-bound, maxval=bound)
        )

    def proposed(self, state: Perceptron, ids: Ids, losses: Losses) -> Losses:
        return state(losses)

    def revised(self, state: Perceptron, ids: Ids, losses: Losses, couplings: Losses) -> Perceptron:
        (rise,) = jax.vjp(lambda network: network(losses), state)[1](couplings)
        return jax.tree.map(lambda value, change: value + self.rate * change, state, rise)
