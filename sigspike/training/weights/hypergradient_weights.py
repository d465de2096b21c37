"""Weights moved by the exact one-step hypergradient."""

import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from sigspike.common.reweighting import Bilevel, Carried, Linearised
from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import switch
from sigspike.training.optimisers import Optimiser
from sigspike.training.weights.moment import Moment
from sigspike.training.weights.steered import Steered


class HypergradientWeights(Steered):
    """ŵ = w − η T((1/n) Σ_i ω_i ∇ℓ_i(w)); ω_i ← clip_[0,1](ω_i + β c_i); then the step is taken
    with these ω.

    c_i = ⟨∇ℓ_i(w), Tᵀ ∇L_val(ŵ)⟩ = −(n/η) ∂L_val(ŵ)/∂ω_i, L_val the mean loss of the clean subset,
    T the optimiser; at w itself where not ``ahead``. β, the start of ω and how often it moves are
    the ``rule``'s: ``PersistentWeights`` is meta-reweighting; ``FreshWeights``, whose Σ_i ω_i = 1
    takes no 1/n, is L2RW (Ren et al. 2018) where there is no decay, and ``WeightNetwork``
    Meta-Weight-Net (Shu et al. 2019), from the same hypergradient.
    """

    ahead: bool = switch(True, kw_only=True)

    def check_with(self, optimiser: Optimiser) -> None:
        if self.ahead and not optimiser.differentiable:
            name = type(optimiser).__name__
            raise Refusal(
                "`optimiser` must have a derivative for weights that look ahead through it, got "
                f"{name}; take HypergradientWeights(…, ahead=False)"
            )

    def couplings(
        self, moment: Moment, linear: Linearised, state: PyTree
    ) -> Float[Array, " place"]:
        bilevel = Bilevel(self.rule, moment.learning_rate, moment.transform, self.ahead)
        carried = Carried(state, moment.optimiser, jnp.zeros((), int))  # no step is counted here
        return bilevel.couplings(linear, moment.clean_slope, moment.params, carried, moment.ids)
