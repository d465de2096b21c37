"""A run: losses of its samples one by one, their gradients, and the steps of every optimiser."""

from typing import Any

import numpy as np

from by_hand.nets import Linearised, Net, name, patches


def loss(law: Any, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ℓ(z) and ℓ'(z)."""
    kind = name(law)
    if kind in ("Logistic", "CrossEntropy"):
        return np.logaddexp(0, -z), -1 / (1 + np.exp(z))
    if kind == "ExponentialLoss":
        return np.exp(-z), -np.exp(-z)
    if kind == "Hinge":
        return np.maximum(0, 1 - z), np.where(z < 1, -1.0, 0.0)
    return (1 - z) ** 2 / 2, z - 1


def loss_among(law: Any, logits: np.ndarray, label: int) -> tuple[float, np.ndarray]:
    """ℓ(F) of one sample of K ≥ 3 classes, and its gradient in F."""
    wanted = np.eye(len(logits))[int(label)]
    if name(law) == "Squared":
        return ((logits - wanted) ** 2).sum() / 2, logits - wanted
    chance = np.exp(logits - logits.max())
    chance = chance / chance.sum()
    return -np.log(chance[int(label)]), chance - wanted


def of_given(law: Any, answer: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ℓ on these labels, and its derivative in f."""
    if answer.ndim == 1:
        value, slope = loss(law, label * answer)
        return value, label * slope
    both = [loss_among(law, logits, y) for logits, y in zip(answer, label, strict=True)]
    return np.array([value for value, _ in both]), np.array([slope for _, slope in both])


def schedule(law: Any, t: int) -> float:
    """η_t/η."""
    if name(law) == "ExponentialDecay":
        return float(np.exp(-float(law.rate) * t))
    if name(law) == "InverseTime":
        return float((1 + t / float(law.time)) ** -float(law.power))
    if name(law) == "Constant":
        return 1.0
    rise = min(1.0, t / law.n_warmup) if law.n_warmup else 1.0
    along = min(max(t - law.n_warmup, 0) / law.n_steps, 1.0)
    return rise * float(law.final + (1 - law.final) * (1 + np.cos(np.pi * along)) / 2)


class Run:
    """``theta`` after ``step`` steps; ``share`` is s and ``left`` B in w = s·w0 + what was learnt +
    B, the noise of the gradients. ``noise``: the randomness of every step.
    """

    def __init__(self, experiment: Any, drawn: Any, noise: Any):
        self.algorithm, self.noise, self.n = experiment.algorithm, noise, experiment.n_samples
        kind = Linearised if experiment.regime == "kernel" else Net
        n_classes = experiment.problem.n_classes
        self.net = kind(experiment.network, np.asarray(drawn.first), drawn.upper, n_classes)
        self.data, self.test = drawn.train, drawn.test
        self.inputs, self.tests = (
            patches(part, experiment.network.bias) for part in (drawn.train, drawn.test)
        )
        self.label = np.asarray(drawn.train.label, float)
        samples = [drawn.train, *([drawn.clean] if drawn.clean is not None else [])]
        # Clean ones last
        self.noises = np.concatenate([np.asarray(part.noise) for part in samples])
        # Of every own patch, what its noise atom adds to the constant 1 beside its signal atoms'
        self.constants = np.concatenate([constants(part) for part in samples])
        self.flipped = np.asarray(drawn.train.label != drawn.train.truth)
        self.theta, self.share, self.step, self.memory = self.net.start, 1.0, 0, [0.0, 0.0]
        self.left = np.zeros(len(self.theta))

    def ids(self) -> np.ndarray:
        """The samples that the next step sees."""
        if self.noise.batch is None:
            return np.arange(self.n)
        batch = self.noise.batch
        return np.asarray(batch.ids[self.step])[np.asarray(batch.share[self.step]) > 0]

    def rate(self) -> float:
        """η_t."""
        return float(self.algorithm.learning_rate) * schedule(self.algorithm.schedule, self.step)

    def answers(self, theta: np.ndarray, inputs: list) -> tuple[np.ndarray, np.ndarray]:
        """f_i and ∇f_i."""
        values, slopes = zip(*(self.net.answer(theta, sample) for sample in inputs), strict=True)
        return np.array(values), np.array(slopes)

    def terms(self, ids: np.ndarray) -> list[tuple[Any, Any]]:
        """(a, b) of ℓ_i = Σ a_i ℓ(b_i z_i), as the next step is told it."""
        told, kind = self.algorithm.labels, name(self.algorithm.labels)
        if kind == "Smoothing":
            return [(1 - told.alpha / 2, 1.0), (told.alpha / 2, -1.0)]
        if kind == "Given":
            return [(1.0, 1.0)]
        numbers = np.asarray(self.noise.labels[self.step])[ids]
        if kind == "Flips":
            return [(1.0, np.where(numbers < told.flip_rate, -1.0, 1.0))]
        return [(1.0, told.mean + told.std * numbers)]

    def told(self, answer: np.ndarray, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ℓ as the next step is told it, on the labels of these samples, and its derivative in
        f.
        """
        if answer.ndim == 2:
            both = [self.told_among(*one) for one in zip(answer, samples, strict=True)]
            return np.array([value for value, _ in both]), np.array([slope for _, slope in both])
        label = self.label[samples]
        value, slope = np.zeros_like(answer), np.zeros_like(answer)
        for a, b in self.terms(samples):
            part, by = loss(self.algorithm.loss, np.asarray(b) * label * answer)
            value = value + np.asarray(a) * part
            slope = slope + np.asarray(a) * np.asarray(b) * label * by
        return value, slope

    def told_among(self, logits: np.ndarray, sample: int) -> tuple[float, np.ndarray]:
        """The same of one sample of K ≥ 3 classes."""
        told, kind, k = self.algorithm.labels, name(self.algorithm.labels), len(logits)
        label = int(self.label[sample])
        shares = {label: 1.0}
        if kind == "Smoothing":
            alpha = float(told.alpha)
            shares = {c: alpha / k + (1 - alpha) * (c == label) for c in range(k)}
        if kind == "Flips":
            number, rate = float(self.noise.labels[self.step][sample]), float(told.flip_rate)
            if number < rate:
                shares = {(label + 1 + int(number / rate * (k - 1))) % k: 1.0}
        parts = [(share, loss_among(self.algorithm.loss, logits, c)) for c, share in shares.items()]
        return sum(s * value for s, (value, _) in parts), sum(s * slope for s, (_, slope) in parts)

    def mixture(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """λ_i of the samples of a batch, and the samples that they are mixed with."""
        if name(self.algorithm.inputs) != "Mixup":
            return np.ones(len(ids)), ids
        share, order = (np.asarray(part[self.step])[: len(ids)] for part in self.noise.inputs)
        return share, ids[np.argsort(order)]

    def gradients(
        self, theta: np.ndarray, ids: np.ndarray, mixed: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """ℓ_i and ∇ℓ_i of these training examples, as the step sees them or as they were drawn."""
        share, partners = self.mixture(ids) if mixed else (np.ones(len(ids)), ids)
        pairs = zip(share, ids, partners, strict=True)
        inputs = [s * self.inputs[i] + (1 - s) * self.inputs[k] for s, i, k in pairs]
        answer, slopes = self.answers(theta, inputs)
        value, slope = np.zeros(len(ids)), np.zeros_like(answer)
        for part, samples in ((share, ids), (1 - share, partners)):
            of, by = self.told(answer, samples)
            value, slope = value + part * of, slope + (part * by.T).T
        return value, chained(slope, slopes)

    def weighed(self, ids: np.ndarray) -> np.ndarray:
        """What each example counts in the mean, before the next step; θ is kicked here too."""
        return np.ones(len(ids)) / len(ids)

    def advance(self) -> None:
        """One step."""
        ids = self.ids()
        weights = self.weighed(ids)
        slopes = self.gradients(self.theta, ids)[1]
        length = np.linalg.norm(weights @ slopes)
        if name(self.algorithm.ascent) == "Sharpness" and length > 0:
            radius = float(self.algorithm.ascent.radius)
            slopes = self.gradients(self.theta + radius * (weights @ slopes) / length, ids)[1]
        self.descend(*self.disturbed(weights[:, None] * slopes))

    def disturbed(self, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The gradient from what each example adds to it, and the noise in it."""
        law, noise = self.algorithm.gradient, np.zeros(len(self.theta))
        if name(law) == "NoisyGradient":
            noise = float(law.std) * np.asarray(self.noise.gradient[self.step])
        if getattr(law, "clip", None) is not None:
            for term in terms:
                most = float(law.clip) / len(terms)
                length = np.sqrt(np.sum(term**2))
                term *= most / length if length > most else 1.0
        return terms.sum(0) + noise, noise

    def descend(self, gradient: np.ndarray, noise: np.ndarray) -> None:
        """Decay, optimiser and rate: of θ, of what its noise has left, and of the share of w0 as of
        one weight more that has no gradient.
        """
        law, kind = self.algorithm.optimiser, name(self.algorithm.optimiser)
        decay = float(self.algorithm.weight_decay)
        whole = np.concatenate([self.theta, self.left, [self.share]])
        g = np.concatenate([gradient, noise, [0.0]]) + (0 if kind == "AdamW" else decay * whole)
        if kind in ("HeavyBall", "Nesterov"):
            self.memory[0] = g + float(law.momentum) * self.memory[0]
            g = g + float(law.momentum) * self.memory[0] if kind == "Nesterov" else self.memory[0]
        if kind in ("Adam", "AdamW"):
            one, two, t = float(law.decay_mean), float(law.decay_square), self.step + 1
            self.memory = [
                one * self.memory[0] + (1 - one) * g,
                two * self.memory[1] + (1 - two) * g**2,
            ]
            mean, square = self.memory[0] / (1 - one**t), self.memory[1] / (1 - two**t)
            g = mean / (np.sqrt(square) + float(law.epsilon))
        if kind == "SignDescent":
            g = np.sign(g)
        if kind in ("Adam", "AdamW", "SignDescent"):
            # No transformation by coordinates acts on the share of w0, or on the noise apart
            g[len(self.theta) :] = 0.0
        g = g + (decay * whole if kind == "AdamW" else 0)
        whole = whole - self.rate() * g
        self.theta, self.left = np.split(whole[:-1], 2)
        self.share, self.step = float(whole[-1]), self.step + 1


def constants(examples: Any) -> np.ndarray:
    """1 − Σ_a mixed of every own patch, one after another."""
    if examples.mixed is None:
        return np.ones(int(np.prod(examples.noise.shape[:2])))
    return 1 - np.asarray(examples.mixed).sum(-1).ravel()


def chained(slope: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """∂ℓ/∂f ∇f of every sample, summed over classes where there are several."""
    return slope[:, None] * slopes if slope.ndim == 1 else np.einsum("nk,nkt->nt", slope, slopes)


def margins(answer: np.ndarray, label: np.ndarray) -> np.ndarray:
    """ỹ f, or F_ỹ less the largest other."""
    if answer.ndim == 1:
        return label * answer
    pairs = zip(answer, label.astype(int), strict=True)
    return np.array([logits[y] - np.delete(logits, y).max() for logits, y in pairs])
