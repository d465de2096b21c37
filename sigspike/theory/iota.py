"""The ι-process: label-noise GD on one memorised noise, as a multiplicative random walk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key
from scipy.special import logit

Number = Any  # a number, or an array of them


@dataclass(frozen=True)
class Recursion:
    """ι⁺ = (1 + c a/(1 + e^f)) ι with probability 1 − p, and (1 − c a/(1 + e^{−f})) ι with
    probability p.

    a = η σ_p² d / (n m) and c = ``rate``; the margin f is ι, or ι² where ``squares``. Huang et al.
    2025 (arXiv 2510.17526) prints c = 1 and f = ι² for both definitions of ι.

    A noise pre-activation of the network obeys u⁺ = (1 + 2a g) u, with g = −∂ℓ(εf)/∂f and 2 from
    σ'(u) = 2u. Hence c = 2 for ι = (1/m) Σ_r ρ̄; f = ι² there if all neurons are alike. For ι =
    (1/m) Σ_r ρ̄², which *is* the margin, c = 4 to first order in a.
    """

    rate: float
    squares: bool

    def margin(self, iota: Number) -> Number:
        """f."""
        return iota**2 if self.squares else iota

    def step(self, iota: Number, flipped: Any, a: Number) -> Float[Array, "*any"]:
        """ι⁺, where the label of the step is flipped or not."""
        return iota * (1 + self.rate * a * pull(self.margin(iota), flipped))

    def drift(
        self,
        iota: Number,
        a: Number,
        flip_rate: Number,
        of: Callable[[Any], Any] = lambda iota: iota,
    ) -> Float[Array, "*any"]:
        """E[F(ι⁺) | ι] − F(ι) for a function F = ``of`` (by default ι itself)."""
        kept, flipped = (of(self.step(iota, flip, a)) for flip in (False, True))
        return jnp.asarray((1 - flip_rate) * kept + flip_rate * flipped - of(iota))

    def paths(
        self,
        key: Key[Array, ""],
        start: Float[Array, "*any"],
        a: Number,
        flip_rate: Number,
        n_steps: int,
    ) -> Float[Array, "step *any"]:
        """ι after 0, 1, …, ``n_steps`` steps from each start, with independent flips."""

        def move(iota: Array, key: Array) -> tuple[Array, Array]:
            moved = self.step(iota, jax.random.bernoulli(key, flip_rate, iota.shape), a)
            return moved, moved

        _, walked = jax.lax.scan(move, start, jax.random.split(key, n_steps))
        return jnp.concatenate([start[None], walked])


MEAN, SQUARE = "mean", "mean square"
PRINTED = {MEAN: Recursion(1.0, True), SQUARE: Recursion(1.0, True)}
WITH_SLOPE = {MEAN: Recursion(2.0, True), SQUARE: Recursion(4.0, False)}


def pull(margin: Number, flipped: Any) -> Float[Array, "*any"]:
    """g = −∂ℓ(εf)/∂f: 1/(1 + e^f) for ε = 1, −1/(1 + e^{−f}) where the label is flipped."""
    return jnp.where(flipped, -jax.nn.sigmoid(margin), jax.nn.sigmoid(-jnp.asarray(margin)))


def balance(flip_rate: Number) -> Number:
    """The margin of zero mean pull, (1 − p)/(1 + e^f) = p/(1 + e^{−f}): f* = log((1 − p)/p)."""
    return -logit(flip_rate)


def plateau_signal_rate(a: Number, n_snr2: Number, flip_rate: Number) -> Number:
    """Growth of log γ per step on the plateau of label-noise GD, to leading order in a: a² n·SNR²
    p(1 − p).

    There log u neither rises nor falls in the mean: 0 = E log(1 + 2a g) = 2a E g − 2a² E g² + …, so
    E g = a E g² = a p(1 − p), the variance of a Bernoulli pull at f*. A signal neuron averages over
    the n/2 samples of its sign, v⁺ = (1 + (2η‖μ‖²/(nm)) Σ_i g_i) v, and so pays almost none of that
    second-order price: log v grows by (η‖μ‖²/m) E g = a n·SNR² E g. The mean pull is of order a,
    not 1: the time to take over is of order η⁻².
    """
    return a**2 * n_snr2 * flip_rate * (1 - flip_rate)
