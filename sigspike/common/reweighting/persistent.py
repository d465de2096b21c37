"""Meta-reweighting: weights that persist from step to step (arXiv 2510.12209)."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.common.reweighting.rule import Ids, Losses, Rule, State
from sigspike.foundation.check import POSITIVE, Range
from sigspike.foundation.fields import number


class PersistentWeights(Rule):
    """w_i ← clip_[0,1](w_i + β c_i), that is w_i − (β/η) ∂L_val(θ̂)/∂w_i, from w_i = ``start``
    (arXiv 2510.12209; start ours).
    """

    rate: float | Float[Array, ""] = number(POSITIVE, "rate of the weights β", default=1.0)
    start: float | Float[Array, ""] = number(
        Range(low=0, high=1), "weight at the start", default=0.5
    )

    def init(self, key: Key[Array, ""], n_samples: int) -> State:
        return jnp.full(n_samples, self.start)

    def proposed(self, state: State, ids: Ids, losses: Losses) -> Losses:
        return state[ids]

    def revised(self, state: State, ids: Ids, losses: Losses, couplings: Losses) -> State:
        return state.at[ids].set(jnp.clip(state[ids] + self.rate * couplings, 0, 1))
