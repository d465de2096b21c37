"""Learning to reweight: weights made afresh at every revision (Ren et al. 2018)."""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Key

from sigspike.common.reweighting.rule import Ids, Losses, Rule, State


class FreshWeights(Rule):
    """w_i ∝ max(0, c_i) with c taken at w = 0, normalised to Σ_i w_i = 1 over the batch; all 0
    where no c_i > 0.

    L2RW, Ren et al. 2018 (arXiv 1803.09050), Algorithm 1: there w̃_i = max(−∂L_val/∂ε_i, 0) at ε =
    0, which is η c_i, and the normalisation removes η. Between two revisions (``every`` > 1) an
    example keeps its last weight.
    """

    sum_to_one: ClassVar[bool] = True

    def init(self, key: Key[Array, ""], n_samples: int) -> State:
        return jnp.zeros(n_samples)

    def proposed(self, state: State, ids: Ids, losses: Losses) -> Losses:
        return jnp.zeros_like(losses)

    def revised(self, state: State, ids: Ids, losses: Losses, couplings: Losses) -> State:
        positive = jnp.maximum(couplings, 0)
        total = positive.sum()
        return state.at[ids].set(jnp.where(total > 0, positive / jnp.where(total > 0, total, 1), 0))

    def weights(self, state: State, ids: Ids, losses: Losses) -> Losses:
        return state[ids]
