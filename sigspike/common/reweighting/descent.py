"""Descent of weighted losses, the weights revised by a rule from couplings to a clean subset."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.common.reweighting.rule import Ids, Losses, Rule, Size


class Linearised(NamedTuple):
    """The losses ℓ_i at θ, with their Jacobian J from both sides: J·direction and Jᵀ·weights."""

    losses: Losses
    forward: Callable[[PyTree], Losses]
    backward: Callable[[Losses], PyTree]
    extra: PyTree = ()

    def averaged(self, rule: Rule, size: Size) -> "Linearised":
        """With Jᵀ·weights/``size``, so that a step descends a mean; without the division where Σ_i
        w_i = 1 by the rule.

        The losses and J are as they were, and so are the couplings c = J Tᵀ ∇L_val.
        """
        divisor = rule.divisor(size)
        return self._replace(backward=lambda weights: self.backward(weights / divisor))


def linearised(losses: Callable[[PyTree], tuple[Losses, PyTree]], params: PyTree) -> Linearised:
    """In ordinary coordinates, from one forward pass; ``losses(params)`` gives the ℓ_i and anything
    else (``extra``, batch-norm statistics say).
    """
    values, forward, extra = jax.linearize(losses, params, has_aux=True)
    transpose = jax.linear_transpose(forward, params)
    return Linearised(values, forward, lambda weights: transpose(weights)[0], extra)


class Carried(NamedTuple):
    """What goes from step to step beside the parameters."""

    rule: PyTree
    optimiser: PyTree
    step: Int[Array, ""]


class Seen(NamedTuple):
    """What a step saw: losses at θ, the weights it was taken with, and the couplings (NaN where not
    looked at).
    """

    losses: Losses
    weights: Losses
    couplings: Losses
    extra: PyTree


class WeightedDescent(NamedTuple):
    """θ ← θ − η T(Σ_i w_i ∇ℓ_i(θ)), after w has been revised by a ``rule`` from couplings c_i.

    ℓ_i are the losses of a batch. Σ has no 1/n, so η is a rate per example; see
    `Linearised.averaged` for a mean. T is any optax transformation without its learning rate
    (``optax.identity()`` for gradient descent).
    """

    rule: Rule
    learning_rate: float | Float[Array, ""]
    transform: optax.GradientTransformation = optax.identity()

    def init(self, key: Key[Array, ""], params: PyTree, n_samples: int) -> Carried:
        """Before the first step."""
        return Carried(
            self.rule.init(key, n_samples), self.transform.init(params), jnp.zeros((), int)
        )

    def step(
        self,
        linear: Linearised,
        couplings: Callable[[], Losses],
        params: PyTree,
        carried: Carried,
        ids: Ids,
        looks: bool | None = None,
    ) -> tuple[PyTree, Carried, Seen]:
        """One step on the batch of these ``ids``, whose losses at ``params`` are given; for
        ``couplings`` and ``looks`` see `Rule.looked`.
        """
        rule, seen_couplings = self.rule.looked(
            carried.rule, ids, linear.losses, couplings, carried.step, looks
        )
        weights = self.rule.weights(rule, ids, linear.losses)
        change, optimiser = self.transform.update(
            linear.backward(weights), carried.optimiser, params
        )
        after = Carried(rule, optimiser, carried.step + 1)
        seen = Seen(linear.losses, weights, seen_couplings, linear.extra)
        return self.moved(params, change), after, seen

    def moved(self, params: PyTree, change: PyTree) -> PyTree:
        """θ − η · change."""
        return jax.tree.map(lambda value, by: value - self.learning_rate * by, params, change)
