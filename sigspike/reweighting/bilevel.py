"""The bilevel step: train on weighted examples, with weights revised by the exact one-step hypergradient."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.reweighting.rule import Ids, Losses, Rule


class Linearised(NamedTuple):
    """The losses ℓ_i at θ, with their Jacobian J from both sides: J·direction and Jᵀ·weights."""

    losses: Losses
    forward: Callable[[PyTree], Losses]
    backward: Callable[[Losses], PyTree]
    extra: Any = ()


def linearised(losses: Callable[[PyTree], tuple[Losses, Any]], params: PyTree) -> Linearised:
    """In ordinary coordinates, from one forward pass; ``losses(params)`` gives the ℓ_i and anything else (``extra``,
    batch-norm statistics say).
    """
    values, forward, extra = jax.linearize(losses, params, has_aux=True)
    transpose = jax.linear_transpose(forward, params)
    return Linearised(values, forward, lambda weights: transpose(weights)[0], extra)


class Carried(NamedTuple):
    """What goes from step to step beside the parameters."""

    rule: Any
    optimiser: Any
    step: Int[Array, ""]


class Seen(NamedTuple):
    """What a step saw: losses at θ, the weights it was taken with, and the couplings (NaN where not looked at)."""

    losses: Losses
    weights: Losses
    couplings: Losses
    extra: Any


class Bilevel(NamedTuple):
    """θ ← θ − η T(Σ_i w_i ∇ℓ_i(θ)), and w by a ``rule`` from the couplings to a clean subset.

    * ℓ_i are the losses of a batch. Σ has no 1/n, so η is a rate per example; put 1/n into the losses for a mean.
    * T is any optax transformation without its learning rate (``optax.identity()`` for gradient descent).
    * ``ahead``: L_val is differentiated at θ̂, one step ahead; at θ itself where false, which saves a backward pass.

    The hypergradient is exact and of first order. With J the Jacobian of the losses at θ, Σ_i w_i ∇ℓ_i = Jᵀw and c =
    J Tᵀ ∇L_val(θ̂): J is linearised once, transposed for the two backward passes and applied once forward; Tᵀ is the
    transpose of the derivative of T at Jᵀw. No second derivative of the network is taken. Paper C, eq. of the update.
    """

    rule: Rule
    learning_rate: float | Float[Array, ""]
    transform: optax.GradientTransformation = optax.identity()
    ahead: bool = True

    def init(self, key: Key[Array, ""], params: PyTree, n_samples: int) -> Carried:
        """Before the first step."""
        return Carried(self.rule.init(key, n_samples), self.transform.init(params), jnp.zeros((), int))

    def step(
        self, at: Linearised, slope: Callable[[PyTree], PyTree], params: PyTree, carried: Carried, ids: Ids
    ) -> tuple[PyTree, Carried, Seen]:
        """One step on the batch whose losses at ``params`` these are; ``slope`` is ∇L_val, ``ids`` its examples."""

        def look(_: None) -> tuple[Any, Losses]:
            couplings = self.couplings(at, slope, params, carried, ids)
            return self.rule.revised(carried.rule, ids, at.losses, couplings), couplings

        def rest(_: None) -> tuple[Any, Losses]:
            return carried.rule, jnp.full_like(at.losses, jnp.nan)

        rule, couplings = lax.cond(carried.step % self.rule.every == 0, look, rest, None)
        weights = self.rule.weights(rule, ids, at.losses)
        change, optimiser = self.transform.update(at.backward(weights), carried.optimiser, params)
        seen = Seen(at.losses, weights, couplings, at.extra)
        return self.moved(params, change), Carried(rule, optimiser, carried.step + 1), seen

    def couplings(
        self, at: Linearised, slope: Callable[[PyTree], PyTree], params: PyTree, carried: Carried, ids: Ids
    ) -> Losses:
        """c_i = ⟨∇ℓ_i(θ), Tᵀ ∇L_val(θ̂)⟩ = −(1/η) ∂L_val(θ̂)/∂w_i."""
        if not self.ahead:
            return at.forward(slope(params))
        gradient = at.backward(self.rule.proposed(carried.rule, ids, at.losses))
        change, pull = jax.vjp(lambda g: self.transform.update(g, carried.optimiser, params)[0], gradient)
        return at.forward(pull(slope(self.moved(params, change)))[0])

    def moved(self, params: PyTree, change: PyTree) -> PyTree:
        """θ − η · change."""
        return jax.tree.map(lambda value, by: value - self.learning_rate * by, params, change)
