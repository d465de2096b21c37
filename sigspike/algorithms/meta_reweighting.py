"""Meta-reweighting by the exact one-step hypergradient."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.algorithms.algorithm import Task
from sigspike.algorithms.reweighted import Reweighted
from sigspike.fields import switch
from sigspike.reweighting import Bilevel, Carried, Linearised
from sigspike.spaces import Params


class MetaReweighting(Reweighted):
    """ŵ = w − η ∇ (1/n) Σ_i ω_i ℓ_i(w); ω_i ← clip_[0,1](ω_i + β c_i); w ← w − η ∇ (1/n) Σ_i ω_i ℓ_i(w) (paper C).

    c_i = ⟨∇ℓ_i(w), ∇L_val(ŵ)⟩ = −(n/η) ∂L_val(ŵ)/∂ω_i, L_val the mean loss of the clean subset; at w itself where not
    ``ahead``. β, the start of ω and how often it moves are the ``rule``'s: ``PersistentWeights`` is paper C;
    ``FreshWeights``, whose Σ_i ω_i = 1 takes no 1/n, is L2RW (Ren et al. 2018) where there is no decay, and
    ``WeightNetwork`` Meta-Weight-Net, from the same hypergradient.
    """

    ahead: bool = switch(True, kw_only=True)

    def couplings(self, task: Task, at: Linearised, params: Params, carried: Carried) -> Float[Array, " sample"]:
        bilevel = Bilevel(self.rule, self.rate(carried.step), self.decayed(), self.ahead)

        def slope(where: Params) -> Params:
            return task.space.gradient(lambda *at: self.clean_loss(task, *at), where)

        return bilevel.couplings(at, slope, params, carried, jnp.arange(task.n_samples))
