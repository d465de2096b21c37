"""Runs whose examples are weighed by a clean subset: kicks, couplings and rules."""

from typing import Any

import numpy as np

from by_hand.nets import name
from by_hand.run import Run, loss


def begun(experiment: Any, drawn: Any, noise: Any, rule: Any) -> Run:
    """A run at its start; ``rule`` is the state in which a rule begins, None where there is none."""
    return Run(experiment, drawn, noise) if rule is None else Reweighted(experiment, drawn, noise, rule)


class Reweighted(Run):
    """``state``: ω_i, or the parameters of a network of weights."""

    def __init__(self, experiment: Any, drawn: Any, noise: Any, state: Any):
        super().__init__(experiment, drawn, noise)
        self.state, self.rule = state, experiment.algorithm.rule
        self.fresh = name(self.rule) == "FreshWeights"

    def advance(self) -> None:
        theta, state = self.kicked()
        value, own = self.gradients(theta)
        if self.step % self.rule.every == 0:
            state = revised(self.rule, state, value, self.couplings(theta, state))
        self.theta, self.state = theta, state
        self.descend(self.summed(weights(self.rule, state, value), own))

    def summed(self, weights: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """(1/n) Σ_i ω_i ∇ℓ_i, or without 1/n where Σ_i ω_i = 1."""
        return weights @ gradients / (1 if self.fresh else self.n)

    def kicked(self) -> tuple[np.ndarray, Any]:
        """θ and the rule's state before the next step, after a kick if it comes then."""
        kick = self.algorithm.disturbance
        if not hasattr(kick, "when") or self.step != float(kick.when):
            return self.theta, self.state
        if name(kick) == "WeightKick":
            return self.theta, np.where(self.flipped, np.minimum(self.state + float(kick.size), 1), self.state)
        slopes = self.label[:, None] * self.answers(self.theta, self.inputs[: self.n])[1]
        direction = self.drawn() @ slopes
        length = np.linalg.norm(direction)
        return self.theta + float(kick.size) * direction / (length if length > 0 else 1), self.state

    def couplings(self, theta: np.ndarray, state: Any) -> np.ndarray:
        """c_i, and what a disturbance adds."""
        found = self.by_gradient(theta, state) if name(self.algorithm) == "MetaReweighting" else self.by_features(theta)
        disturbed = name(self.algorithm.disturbance) == "Jitter"
        return found + float(self.algorithm.disturbance.std) * self.drawn() if disturbed else found

    def by_gradient(self, theta: np.ndarray, state: Any) -> np.ndarray:
        """⟨∇ℓ_i(θ), ∇L_val(θ̂)⟩, θ̂ one step ahead, or θ."""
        value, own = self.gradients(theta)
        ahead = theta
        if self.algorithm.ahead:
            proposed = np.zeros(self.n) if self.fresh else weights(self.rule, state, value)
            decay = float(self.algorithm.weight_decay) * theta
            ahead = theta - self.rate() * (self.summed(proposed, own) + decay)
        answer, slopes = self.answers(ahead, self.inputs[self.n :])
        label = self.labels[self.n :]
        slope = loss(self.algorithm.loss, label * answer)[1] * label
        return own @ (slope[:, None] * slopes).mean(0)

    def by_features(self, theta: np.ndarray) -> np.ndarray:
        """(1/n_v) Σ_j S_ij ⟨φ_i − μ_v, φ_j − μ_v⟩, pair by pair."""
        if self.algorithm.features == "ntk":
            features = list(self.answers(theta, self.inputs)[1])
        else:
            features = [np.ravel(self.net.units(theta, sample)[0]) for sample in self.inputs]
        own, clean = features[: self.n], features[self.n :]
        mean = sum(clean) / len(clean) if self.algorithm.centre else 0.0
        found = np.zeros(self.n)
        for i, phi in enumerate(own):
            for other, label in zip(clean, self.labels[self.n :], strict=True):
                sign = 1.0 if label == self.label[i] else (-1.0 if self.algorithm.signed else 0.0)
                found[i] += sign * ((phi - mean) @ (other - mean)) / len(clean)
        return found


def weights(rule: Any, state: Any, losses: np.ndarray) -> np.ndarray:
    """ω_i."""
    if name(rule) != "WeightNetwork":
        return state
    inner, bias, outer, shift = state
    return 1 / (1 + np.exp(-(np.maximum(np.outer(losses, inner) + bias, 0) @ outer + shift)))


def revised(rule: Any, state: Any, losses: np.ndarray, couplings: np.ndarray) -> Any:
    """The rule's state after a look at the clean subset."""
    if name(rule) == "PersistentWeights":
        return np.clip(state + float(rule.rate) * couplings, 0, 1)
    if name(rule) == "FreshWeights":
        positive = np.maximum(couplings, 0)
        return positive / positive.sum() if positive.sum() > 0 else positive
    inner, bias, outer, shift = state
    value, reached = weights(rule, state, losses), np.outer(losses, inner) + bias
    rise = float(rule.rate) * couplings * value * (1 - value)
    by_hidden = rise[:, None] * (reached > 0) * outer
    hidden = np.maximum(reached, 0)
    return inner + losses @ by_hidden, bias + by_hidden.sum(0), outer + rise @ hidden, shift + rise.sum()
