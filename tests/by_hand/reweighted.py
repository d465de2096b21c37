"""Runs whose examples are weighed by a clean subset: kicks, couplings and rules."""

from typing import Any

import numpy as np

from by_hand.nets import name, patches
from by_hand.run import Run, chained, of_given


def begun(experiment: Any, drawn: Any, noise: Any, rule: Any) -> Run:
    """A run at its start; ``rule`` is the state in which a rule begins, None without one."""
    return (
        Run(experiment, drawn, noise)
        if rule is None
        else Reweighted(experiment, drawn, noise, rule)
    )


class Reweighted(Run):
    """``state``: ω_i, or the parameters of a network of weights."""

    def __init__(self, experiment: Any, drawn: Any, noise: Any, state: Any):
        super().__init__(experiment, drawn, noise)
        self.state, self.steered = state, experiment.algorithm.weights
        self.rule, self.fresh = self.steered.rule, name(self.steered.rule) == "FreshWeights"
        self.clean_label = np.asarray(drawn.clean.label, float)
        self.clean_inputs = patches(drawn.clean, experiment.network.bias)

    def weighed(self, ids: np.ndarray) -> np.ndarray:
        self.theta, self.state = self.kicked()
        value, _ = self.gradients(self.theta, ids)
        if self.step % self.rule.every == 0:
            found = self.couplings(self.theta, self.state, ids)
            self.state = revised(self.rule, self.state, ids, value, found)
        return self.averaged(weights(self.rule, self.state, ids, value))

    def averaged(self, weights: np.ndarray) -> np.ndarray:
        """ω_i / |I_t|, or without the division where Σ_i ω_i = 1."""
        return weights / (1 if self.fresh else len(weights))

    def kicked(self) -> tuple[np.ndarray, Any]:
        """θ and the rule's state before the next step, after a kick if it comes then."""
        kick = self.steered.disturbance
        if not hasattr(kick, "when") or self.step != float(kick.when):
            return self.theta, self.state
        if name(kick) == "WeightKick":
            return self.theta, np.where(
                self.flipped, np.minimum(self.state + float(kick.size), 1), self.state
            )
        answer, slopes = self.answers(self.theta, self.inputs)
        if answer.ndim == 1:
            slope = self.label
        else:  # of F_ỹ − F_k, k the best of the others
            own = np.eye(answer.shape[1])[self.label.astype(int)]
            slope = own - np.eye(answer.shape[1])[np.argmax(answer - 1e9 * own, axis=1)]
        direction = np.asarray(self.noise.weights[self.step]) @ chained(slope, slopes)
        length = np.linalg.norm(direction)
        return self.theta + float(kick.size) * direction / (length if length > 0 else 1), self.state

    def couplings(
        self, theta: np.ndarray, state: Any, ids: np.ndarray, mixed: bool = True
    ) -> np.ndarray:
        """c_i, and what a disturbance adds."""
        if name(self.steered) == "HypergradientWeights":
            found = self.by_gradient(theta, state, ids, mixed)
        else:
            found = self.by_features(theta, ids)
        disturbed = name(self.steered.disturbance) == "Jitter"
        noise = np.asarray(self.noise.weights[self.step])[ids] if disturbed else 0.0
        return found + float(self.steered.disturbance.std) * noise if disturbed else found

    def by_gradient(
        self, theta: np.ndarray, state: Any, ids: np.ndarray, mixed: bool
    ) -> np.ndarray:
        """⟨∇ℓ_i(θ), Tᵀ ∇L_val(θ̂)⟩, θ̂ one step ahead, or ⟨∇ℓ_i(θ), ∇L_val(θ)⟩."""
        value, own = self.gradients(theta, ids, mixed)
        ahead, pull = theta, 1.0
        if self.steered.ahead:
            proposed = np.zeros(len(ids)) if self.fresh else weights(self.rule, state, ids, value)
            g = self.averaged(proposed) @ own + float(self.algorithm.weight_decay) * theta
            law, kind = self.algorithm.optimiser, name(self.algorithm.optimiser)
            if kind in ("HeavyBall", "Nesterov"):
                size = self.theta.size
                before = np.broadcast_to(self.memory[0], 2 * size + 1)[:size]
                memory = g + float(law.momentum) * before
                pull = 1 + float(law.momentum) if kind == "Nesterov" else 1.0
                g = g + float(law.momentum) * memory if kind == "Nesterov" else memory
            ahead = theta - self.rate() * g
        answer, slopes = self.answers(ahead, self.clean_inputs)
        slope = of_given(self.algorithm.loss, answer, self.clean_label)[1]
        return pull * own @ chained(slope, slopes).mean(0)

    def by_features(self, theta: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """(1/n_v) Σ_j S_ij ⟨φ_i − μ_v, φ_j − μ_v⟩, pair by pair."""
        inputs = [[self.inputs[i] for i in ids], self.clean_inputs]
        if self.steered.features == "ntk":
            own, clean = (
                [np.ravel(slope) for slope in self.answers(theta, side)[1]] for side in inputs
            )
        else:
            own, clean = (
                [np.ravel(self.net.units(theta, sample)[0]) for sample in side] for side in inputs
            )
        mean = sum(clean) / len(clean) if self.steered.centre else 0.0
        likeness = np.array([[(phi - mean) @ (other - mean) for other in clean] for phi in own])
        k, of_class = self.net.n_classes, self.clean_label
        if k > 2:  # each row less the mean of its class means
            there = [c for c in range(k) if (of_class == c).any()]
            means = np.mean([likeness[:, of_class == c].mean(1) for c in there], axis=0)
            likeness = likeness - means[:, None]
        agree = self.label[ids][:, None] == of_class[None]
        sign = np.where(agree, 1.0, -1 / (k - 1) if self.steered.signed else 0.0)
        return (sign * likeness).mean(1)


def weights(rule: Any, state: Any, ids: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """ω_i of a batch."""
    if name(rule) != "WeightNetwork":
        return state[ids]
    inner, bias, outer, shift = state
    return 1 / (1 + np.exp(-(np.maximum(np.outer(losses, inner) + bias, 0) @ outer + shift)))


def revised(
    rule: Any, state: Any, ids: np.ndarray, losses: np.ndarray, couplings: np.ndarray
) -> Any:
    """The rule's state after a look at the clean subset."""
    if name(rule) == "WeightNetwork":
        inner, bias, outer, shift = state
        value, reached = weights(rule, state, ids, losses), np.outer(losses, inner) + bias
        rise = float(rule.rate) * couplings * value * (1 - value)
        by_hidden = rise[:, None] * (reached > 0) * outer
        hidden = np.maximum(reached, 0)
        return (
            inner + losses @ by_hidden,
            bias + by_hidden.sum(0),
            outer + rise @ hidden,
            shift + rise.sum(),
        )
    after = np.array(state)
    if name(rule) == "PersistentWeights":
        after[ids] = np.clip(after[ids] + float(rule.rate) * couplings, 0, 1)
    else:
        positive = np.maximum(couplings, 0)
        after[ids] = positive / positive.sum() if positive.sum() > 0 else positive
    return after
