"""What methods with a weight for every image share: a weighted step, and the rule's state."""

from abc import abstractmethod
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Key, PyTree

from sigspike.common.reweighting import (
    Carried,
    PersistentWeights,
    Rule,
    WeightedDescent,
    linearised,
)
from sigspike.foundation.fields import part
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Facts, Losses, Method, Seen, cross_entropy
from sigspike.images.methods.moment import Moment
from sigspike.images.methods.state import Descent, Model, State, Weights
from sigspike.images.networks import Output


class Reweighted(Method):
    """θ ← θ − η T((1/B) Σ_i w_i ∇ℓ_i(θ)), ℓ cross entropy, B the images of the batch (those
    ``present``); before it, in every ``rule.every``-th step, the ``rule`` revises w from couplings
    c_i to the clean images.

    A rule whose weights sum to 1 over the batch (``FreshWeights``) is taken without 1/B. What is
    carried is the rule's state; where that has rows, one more than there are training images, for
    what only fills up a batch.
    """

    rule: Rule = part(Rule, PersistentWeights)

    needs_clean: ClassVar[bool] = True

    def carried(self, facts: Facts, models: tuple[Model, ...], key: Key[Array, ""]) -> PyTree:
        """The rule's state."""
        return self.rule.init(key, len(facts.labels) + 1)

    @abstractmethod
    def couplings(self, moment: Moment) -> Losses:
        """c_i of the batch."""

    def step(self, state: State, batch: Batch, descent: Descent) -> tuple[State, Seen]:
        (model,) = state.models

        def losses(weights: Weights) -> tuple[Losses, Output]:
            output = descent.network(weights.network, model.buffers, batch.images, train=True)
            return batch.present * cross_entropy(output.logits, batch.labels), output

        size = batch.present.sum()
        at = linearised(losses, model.weights).averaged(self.rule, size)
        outer = WeightedDescent(self.rule, descent.rate, descent.transform)
        carried = Carried(state.carried, model.optimiser, state.step)
        moment = Moment(at, model, carried, batch, outer, descent)
        weights, carried, seen = outer.step(
            at,
            lambda: self.couplings(moment),
            model.weights,
            carried,
            rows(batch),
        )
        report = {
            "objective": seen.weights @ seen.losses / self.rule.divisor(size),
            "weight": batch.mean(seen.weights),
        }
        after = Model(weights, at.extra.buffers, carried.optimiser)
        return (
            State((after,), carried.rule, state.step + 1),
            Seen(at.extra.logits, at.extra.buffers, carried.rule, report),
        )


def rows(batch: Batch) -> Any:
    """The images' rows in the state of a rule: the last for what only fills up the batch."""
    return jnp.where(batch.present > 0, batch.ids, -1)
