"""What algorithms share that weigh training examples by a clean subset."""

from abc import abstractmethod
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.algorithms.algorithm import Algorithm, Task
from sigspike.algorithms.disturbance import Calm, Disturbance
from sigspike.check import Refusal
from sigspike.examples import Atoms
from sigspike.fields import count, part
from sigspike.reweighting import Carried, Linearised, PersistentWeights, Rule, WeightedDescent
from sigspike.spaces import Params


class Look(NamedTuple):
    """What such an algorithm sees before a step: the weights so far, and couplings with the clean subset."""

    weights: Float[Array, " sample"]
    couplings: Float[Array, " sample"]


class Reweighted(Algorithm):
    """w ← w − η_t T(∇ (1/n) Σ_i ω_i ℓ_i + λ w), with weights ω_i of the examples steered by ``n_clean`` clean ones.

    The clean subset is drawn with the training set, of the same law, balanced and with true labels; no step descends
    it. The weights start and move by a ``rule``, from couplings c_i that a subclass defines. The mean over n makes η
    that of gradient descent at ω = 1; paper C has Σ_i instead, so that its η is ours over n. A rule with Σ_i ω_i = 1
    (``FreshWeights``) is taken without 1/n.
    """

    n_clean: int = count("clean examples n_v", low=2)
    rule: Rule = part(Rule, PersistentWeights, kw_only=True)
    disturbance: Disturbance = part(Disturbance, Calm, kw_only=True)

    def __check_init__(self) -> None:
        if not isinstance(self.rule, PersistentWeights) and not isinstance(self.disturbance, Calm):
            found = f"{type(self.disturbance).__name__} with {type(self.rule).__name__}"
            raise Refusal(f"`disturbance` is for weights that persist, got {found}; use PersistentWeights")

    @abstractmethod
    def couplings(self, task: Task, at: Linearised, params: Params, carried: Carried) -> Float[Array, " sample"]:
        """c_i of every training example; ``at`` are the losses ℓ_i at ``params``, their mean descended."""

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        return self.disturbance.draw(key, n_samples)

    def losses(self, margin: Float[Array, " sample"], drawn: Any) -> Float[Array, " sample"]:
        return self.pointwise(margin)

    def clean_loss(self, task: Task, upper: Any, overlaps: Atoms) -> Float[Array, ""]:
        """L_val = (1/n_v) Σ_j ℓ(y_j f_j)."""
        return jnp.mean(self.pointwise(task.clean_margins(upper, overlaps)))

    def init(self, task: Task, params: Params, key: Key[Array, ""]) -> Carried:
        return WeightedDescent(self.rule, 0.0, self.decayed()).init(key, params, task.n_samples)

    def step(self, task: Task, params: Params, state: Carried, drawn: Any) -> tuple[Params, Any]:
        params, carried = self._disturbed(task, params, state, drawn)
        at = self._linearised(task, params)
        descent = WeightedDescent(self.rule, self.rate(carried.step), self.decayed())

        def couplings() -> Float[Array, " sample"]:
            return self.disturbance.couplings(self.couplings(task, at, params, carried), drawn)

        params, carried, _ = descent.step(at, couplings, params, carried, jnp.arange(task.n_samples))
        return params, carried

    def look(self, task: Task, params: Params, state: Carried, drawn: Any) -> Look:
        """The weights before the next step, and its couplings."""
        params, carried = self._disturbed(task, params, state, drawn)
        at = self._linearised(task, params)
        weights = self.rule.weights(carried.rule, jnp.arange(task.n_samples), at.losses)
        return Look(weights, self.disturbance.couplings(self.couplings(task, at, params, carried), drawn))

    def _linearised(self, task: Task, params: Params) -> Linearised:
        at = task.space.linearised(lambda *at: self.pointwise(task.margins(*at)), params)
        return at.averaged(self.rule, task.n_samples)

    def _disturbed(self, task: Task, params: Params, carried: Carried, drawn: Any) -> tuple[Params, Carried]:
        flipped = task.training.label != task.training.truth
        kicked = self.disturbance.params(task, params, carried.step, drawn)
        if not isinstance(self.rule, PersistentWeights):
            return kicked, carried
        return kicked, carried._replace(rule=self.disturbance.weights(carried.rule, flipped, carried.step))
