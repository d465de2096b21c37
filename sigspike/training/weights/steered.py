"""What ways of weighting share that are steered by a clean subset."""

from abc import abstractmethod
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.common.reweighting import Linearised, PersistentWeights, Rule
from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import count, part
from sigspike.training.disturbances import Calm, Disturbance
from sigspike.training.spaces import Params
from sigspike.training.task import Task
from sigspike.training.weights.moment import Moment
from sigspike.training.weights.weighting import Weighting


class Look(NamedTuple):
    """What such a weighting sees before a step: the weights so far, and couplings with the clean
    subset.
    """

    weights: Float[Array, " place"]
    couplings: Float[Array, " place"]


class Steered(Weighting):
    """Weights ω_i steered by ``n_clean`` clean examples: started and moved by a ``rule``, from
    couplings c_i that a subclass defines.

    The clean subset is drawn with the training set, of the same law, balanced and with true labels;
    no step descends it. The mean over the batch makes η that of gradient descent at ω = 1; the
    paper of Huang and co-authors on meta-reweighting has Σ_i instead, so that its η is ours over n.
    A rule with Σ_i ω_i = 1 (``FreshWeights``) is taken without the mean's 1/n.
    """

    n_clean: int = count("clean examples n_v", low=2)
    rule: Rule = part(Rule, PersistentWeights, kw_only=True)
    disturbance: Disturbance = part(Disturbance, Calm, kw_only=True)

    def __check_init__(self) -> None:
        if not isinstance(self.rule, PersistentWeights) and not isinstance(self.disturbance, Calm):
            kind, rule = type(self.disturbance).__name__, type(self.rule).__name__
            got = f"{kind} (of {self.disturbance.disturbs}) with {rule}"
            raise Refusal(
                f"`disturbance` is for weights that persist, got {got}; use PersistentWeights"
            )

    @abstractmethod
    def couplings(
        self, moment: Moment, linear: Linearised, state: PyTree
    ) -> Float[Array, " place"]:
        """c_i of every example of the batch; ``linear`` has their losses ℓ_i at w, their mean
        descended.
        """

    def draw(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        return self.disturbance.draw(key, n_samples)

    def init(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        return self.rule.init(key, n_samples)

    def disturbed(
        self, task: Task, params: Params, state: PyTree, step: Int[Array, ""], drawn: PyTree
    ) -> tuple[Params, PyTree]:
        kicked = self.disturbance.params(task, params, step, drawn)
        if not isinstance(self.rule, PersistentWeights):
            return kicked, state
        return kicked, self.disturbance.weights(state, task.train.label != task.train.truth, step)

    def revised(
        self, moment: Moment, state: PyTree, step: Int[Array, ""], drawn: PyTree
    ) -> tuple[Float[Array, "*place"], PyTree]:
        linear = self._linearised(moment)
        couplings = lambda: self._disturbed_couplings(moment, linear, state, drawn)  # noqa: E731
        revised, _ = self.rule.looked(state, moment.ids, linear.losses, couplings, step)
        weights = self.rule.weights(revised, moment.ids, linear.losses)
        return weights * (moment.size / self.rule.divisor(moment.size)), revised

    def look(self, moment: Moment, state: PyTree, drawn: PyTree) -> Look:
        """The weights before the next step, and its couplings."""
        linear = self._linearised(moment)
        weights = self.rule.weights(state, moment.ids, linear.losses)
        return Look(weights, self._disturbed_couplings(moment, linear, state, drawn))

    def _disturbed_couplings(
        self, moment: Moment, linear: Linearised, state: PyTree, drawn: PyTree
    ) -> Float[Array, " place"]:
        """c_i as the rule is told them: 0 in a place of the batch that no sample fills."""
        couplings = self.disturbance.couplings(
            self.couplings(moment, linear, state), drawn, moment.ids
        )
        return jnp.where(moment.share > 0, couplings, 0)

    def _linearised(self, moment: Moment) -> Linearised:
        linear = moment.task.space.linearised(moment.losses, moment.params, moment.rows)
        real = moment.share > 0
        own = linear._replace(backward=lambda weights: linear.backward(jnp.where(real, weights, 0)))
        return own.averaged(self.rule, moment.size)
