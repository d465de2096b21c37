"""Meta-reweighting: couplings from the exact one-step hypergradient."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import optax
from jaxtyping import Array, Float, Key, PyTree

from sigspike.common.reweighting.descent import Carried, Linearised, Seen, WeightedDescent
from sigspike.common.reweighting.rule import Ids, Losses, Rule


class Bilevel(NamedTuple):
    """``WeightedDescent`` with c_i = ⟨∇ℓ_i(θ), Tᵀ ∇L_val(θ̂)⟩ = −(1/η) ∂L_val(θ̂)/∂w_i, θ̂ = θ − η
    T(Σ_i w_i ∇ℓ_i(θ)).

    L_val is the loss of a clean subset. It is differentiated at θ̂, one step ahead, or at θ itself
    where not ``ahead``, which saves a backward pass.

    The hypergradient is exact and of first order. With J the Jacobian of the losses at θ, Σ_i w_i
    ∇ℓ_i = Jᵀw and c = J Tᵀ ∇L_val(θ̂): J is linearised once, transposed for the two backward passes
    and applied once forward; Tᵀ is the transpose of the derivative of T at Jᵀw. No second
    derivative of the network is taken. Source: the update of arXiv 2510.12209.
    """

    rule: Rule
    learning_rate: float | Float[Array, ""]
    transform: optax.GradientTransformation = optax.identity()
    ahead: bool = True

    @property
    def descent(self) -> WeightedDescent:
        """The outer step."""
        return WeightedDescent(self.rule, self.learning_rate, self.transform)

    def init(self, key: Key[Array, ""], params: PyTree, n_samples: int) -> Carried:
        """Before the first step."""
        return self.descent.init(key, params, n_samples)

    def step(
        self,
        linear: Linearised,
        slope: Callable[[PyTree], PyTree],
        params: PyTree,
        carried: Carried,
        ids: Ids,
        looks: bool | None = None,
    ) -> tuple[PyTree, Carried, Seen]:
        """One step on the batch whose losses at ``params`` these are; ``slope`` is ∇L_val, ``ids``
        its examples.
        """
        couplings = lambda: self.couplings(linear, slope, params, carried, ids)  # noqa: E731
        return self.descent.step(linear, couplings, params, carried, ids, looks)

    def couplings(
        self,
        linear: Linearised,
        slope: Callable[[PyTree], PyTree],
        params: PyTree,
        carried: Carried,
        ids: Ids,
    ) -> Losses:
        """c_i of the batch."""
        if not self.ahead:
            return linear.forward(slope(params))
        gradient = linear.backward(self.rule.proposed(carried.rule, ids, linear.losses))
        change, pull = jax.vjp(
            lambda g: self.transform.update(g, carried.optimiser, params)[0], gradient
        )
        return linear.forward(pull(slope(self.descent.moved(params, change)))[0])
