"""A run: losses of its samples one by one, their gradients, and the steps of every optimiser."""

from typing import Any

import numpy as np

from by_hand.nets import Linearised, Net, name, patches


def loss(kind: str, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ℓ(z) and ℓ'(z)."""
    return (np.logaddexp(0, -z), -1 / (1 + np.exp(z))) if kind == "logistic" else ((1 - z) ** 2 / 2, z - 1)


def schedule(law: Any, t: int) -> float:
    """η_t/η."""
    if name(law) == "Exponential":
        return float(np.exp(-float(law.rate) * t))
    if name(law) == "InverseTime":
        return float((1 + t / float(law.time)) ** -float(law.power))
    if name(law) == "Constant":
        return 1.0
    rise = min(1.0, t / law.n_warmup) if law.n_warmup else 1.0
    along = min(max(t - law.n_warmup, 0) / law.n_steps, 1.0)
    return rise * float(law.final + (1 - law.final) * (1 + np.cos(np.pi * along)) / 2)


class Run:
    """``theta`` after ``step`` steps; ``share`` is s in w = s·w0 + what was learnt. ``noise``: numbers drawn for each
    step, None where it needs none.
    """

    def __init__(self, experiment: Any, drawn: Any, noise: Any):
        self.algorithm, self.noise, self.n = experiment.algorithm, noise, experiment.n_samples
        kind = Linearised if experiment.regime == "kernel" else Net
        self.net = kind(experiment.network, np.asarray(drawn.first), drawn.upper)
        self.data, self.test = drawn.train, drawn.test
        self.inputs, self.tests = (patches(part, experiment.network.bias) for part in (drawn.train, drawn.test))
        self.labels = np.asarray(drawn.train.label, float)
        self.flipped = np.asarray(drawn.train.label != drawn.train.truth)[: self.n]
        self.theta, self.share, self.step, self.memory = self.net.start, 1.0, 0, [0.0, 0.0]

    @property
    def label(self) -> np.ndarray:
        """ỹ of the training examples, without the clean subset that comes after them."""
        return self.labels[: self.n]

    def drawn(self) -> Any:
        """The numbers of the step that comes next."""
        return None if self.noise is None else np.asarray(self.noise[self.step])

    def rate(self) -> float:
        """η_t."""
        return float(self.algorithm.learning_rate) * schedule(self.algorithm.schedule, self.step)

    def answers(self, theta: np.ndarray, inputs: list) -> tuple[np.ndarray, np.ndarray]:
        """f_i and ∇f_i."""
        values, slopes = zip(*(self.net.answer(theta, sample) for sample in inputs), strict=True)
        return np.array(values), np.array(slopes)

    def terms(self) -> list[tuple[Any, Any]]:
        """(a, b) of ℓ_i = Σ a_i ℓ(b_i z_i), as the next step sees it."""
        at, kind, numbers = self.algorithm, name(self.algorithm), self.drawn()
        if kind == "LabelSmoothing":
            return [(1 - at.alpha / 2, 1.0), (at.alpha / 2, -1.0)]
        if kind in ("SGD", "SAM"):
            return [(numbers, 1.0)]
        if kind != "LabelNoiseGD":
            return [(1.0, 1.0)]
        if at.noise == "flip":
            return [(1.0, np.where(numbers < at.flip_rate, -1.0, 1.0))]
        unit = numbers if at.noise == "gaussian" else 3**0.5 * (2 * numbers - 1)
        return [(1.0, at.mean + at.std * unit)]

    def losses(self, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ℓ_i as the next step sees it, and its derivative in the margin."""
        value, slope = np.zeros_like(margin), np.zeros_like(margin)
        for a, b in self.terms():
            at, by = loss(self.algorithm.loss, np.asarray(b) * margin)
            value, slope = value + np.asarray(a) * at, slope + np.asarray(a) * np.asarray(b) * by
        return value, slope

    def gradients(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ℓ_i and ∇ℓ_i of the training examples."""
        answer, slopes = self.answers(theta, self.inputs[: self.n])
        value, slope = self.losses(self.label * answer)
        return value, (slope * self.label)[:, None] * slopes

    def advance(self) -> None:
        """One step."""
        gradient = self.gradients(self.theta)[1].mean(0)
        length = np.linalg.norm(gradient)
        if name(self.algorithm) == "SAM" and length > 0:
            gradient = self.gradients(self.theta + float(self.algorithm.radius) * gradient / length)[1].mean(0)
        self.descend(gradient)

    def descend(self, gradient: np.ndarray) -> None:
        """Decay, optimiser and rate: of θ, and of the share of w0 as of one weight more that has no gradient."""
        at, kind = self.algorithm, name(self.algorithm)
        whole = np.append(self.theta, self.share)
        g = np.append(gradient, 0.0) + float(at.weight_decay) * whole
        if kind == "Momentum":
            self.memory[0] = g + float(at.decay) * self.memory[0]
            g = g + float(at.decay) * self.memory[0] if at.nesterov else self.memory[0]
        if kind == "Adam":
            one, two, t = float(at.decay_mean), float(at.decay_square), self.step + 1
            self.memory = [one * self.memory[0] + (1 - one) * g, two * self.memory[1] + (1 - two) * g**2]
            mean, square = self.memory[0] / (1 - one**t), self.memory[1] / (1 - two**t)
            g = mean / (np.sqrt(square) + float(at.epsilon))
            g[-1] = 0.0
        whole = whole - self.rate() * g
        self.theta, self.share, self.step = whole[:-1], float(whole[-1]), self.step + 1
