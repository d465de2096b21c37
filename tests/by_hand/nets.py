"""Networks on one sample: f, the units before the last layer, and gradients by the product rule."""

from typing import Any

import numpy as np

from by_hand.activations import activated

SIGN = {1: (1.0,), 2: (-1.0, 1.0)}  # of the sides of a layer, two classes


def sides(n_banks: int, n_classes: int) -> np.ndarray:
    """The label of the class for which each bank of filters speaks."""
    return np.array(SIGN[n_banks] if n_classes == 2 else range(n_classes - n_banks, n_classes))


def name(thing: Any) -> str:
    """Its class."""
    return type(thing).__name__


def patches(examples: Any, bias: bool) -> list[np.ndarray]:
    """The patches of every sample as rows: those that it shares with others, and its own."""
    signal, found = np.asarray(examples.signal), []
    for i, (member, noise) in enumerate(
        zip(np.asarray(examples.membership), np.asarray(examples.noise), strict=True)
    ):
        own = noise if examples.mixed is None else noise + np.asarray(examples.mixed[i]) @ signal
        rows = [*(member @ signal), *own]
        found.append(np.array([np.append(row, 1.0) if bias else row for row in rows]))
    return found


class Net:
    """θ is one row of numbers: the first layer (side, neuron, coordinate), and after it a second
    (side, out, in).
    """

    def __init__(self, network: Any, first: Any, upper: Any, n_classes: int = 2):
        self.n_classes = n_classes
        self.kind, self.sigma = name(network), getattr(network, "activation", None)
        self.first_shape, self.m = first.shape, first.shape[1]
        self.deep, self.pools = self.kind == "ThreeLayerCNN", self.kind == "AttentionPooling"
        self.weighs = getattr(network, "second_layer", "fixed") == "trained"
        self.banks = np.ones(2) if self.pools else sides(len(first), n_classes)
        self.network = network
        self.sides = n_classes if self.deep else first.shape[0]
        above = np.ravel(upper) if self.deep or self.weighs else []
        self.start = np.concatenate([np.ravel(first), above])
        self.sums_filters = getattr(network, "filters", "mean") == "sum"
        self.averages_patches = getattr(network, "patches", "sum") == "mean"
        if self.pools:
            self.sides = self.m = 1

    def layers(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """The first layer, and the second where there is one."""
        size = int(np.prod(self.first_shape))
        second = theta[size:].reshape(self.sides, self.m, self.m) if self.deep else None
        second = theta[size:].reshape(self.first_shape[:2]) if self.weighs else second
        return theta[:size].reshape(self.first_shape), second

    def activation(self, z: float) -> tuple[float, float]:
        """σ(z) and σ'(z); of the linear model z and 1."""
        if self.kind == "LinearModel":
            return z, 1.0
        value, slope = activated(self.sigma, z)
        return float(value), float(slope)

    def answer(self, theta: np.ndarray, sample: np.ndarray) -> tuple[Any, np.ndarray]:
        """f and ∇f: the mean (or sum) over neurons and sum (or mean) over patches of h₊₁ − h₋₁; of
        K ≥ 3 classes F_k and ∇F_k, of h_k.
        """
        units, slopes = self.units(theta, sample)
        scale = (1 if self.sums_filters else 1 / self.m) / (
            len(sample) if self.averages_patches else 1
        )
        if self.n_classes > 2:
            return scale * units.sum(1), scale * slopes.sum(1)
        total, slope = 0.0, np.zeros(len(theta))
        for j, sign in enumerate(SIGN[self.sides]):
            for r in range(self.m):
                total += scale * sign * units[j, r]
                slope += scale * sign * slopes[j, r]
        return total, slope

    def units(self, theta: np.ndarray, sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Σ_p h_{j,r}(x^(p)), and their gradients."""
        if self.pools:
            value, slope = self._pooled(theta, sample)
            return np.array([[value]]), slope[None, None]
        values, slopes = np.zeros((self.sides, self.m)), np.zeros((self.sides, self.m, len(theta)))
        for x in sample:
            for j in range(self.sides):
                for r in range(self.m):
                    value, slope = (self._third if self.deep else self._second)(theta, x, j, r)
                    values[j, r] += value
                    slopes[j, r] += slope
        return values, slopes

    def attention(self, theta: np.ndarray, sample: np.ndarray) -> np.ndarray:
        """The softmax of ⟨p, x_t⟩ over the patches."""
        query = self.layers(theta)[0][0, 0]
        score = sample @ query / float(self.network.temperature)
        raised = np.exp(score - score.max())
        return raised / raised.sum()

    def _pooled(self, theta: np.ndarray, sample: np.ndarray) -> tuple[float, np.ndarray]:
        value = self.layers(theta)[0][1, 0]
        share, answers = self.attention(theta, sample), sample @ value
        total = float(share @ answers)
        slope = np.zeros(self.first_shape)
        for s, answer, x in zip(share, answers, sample, strict=True):
            slope[0, 0] += s * (answer - total) * x / float(self.network.temperature)
            slope[1, 0] += s * x if self.network.value == "trained" else 0 * x
        return total, np.ravel(slope)

    def _second(self, theta: np.ndarray, x: np.ndarray, j: int, r: int) -> tuple[float, np.ndarray]:
        first, above = self.layers(theta)
        value, bend = self.activation(first[j, r] @ x)
        weight = 1.0 if above is None else above[j, r]
        slope = np.zeros_like(first)
        slope[j, r] = weight * bend * x
        if above is None:
            return value, np.ravel(slope)
        of_above = np.zeros_like(above)
        of_above[j, r] = value
        return weight * value, np.concatenate([np.ravel(slope), np.ravel(of_above)])

    def _third(self, theta: np.ndarray, x: np.ndarray, j: int, r: int) -> tuple[float, np.ndarray]:
        first, second = self.layers(theta)
        inner, bends = np.array([self.activation(w @ x) for w in first[0]]).T
        value, bend = self.activation(second[j, r] @ inner)
        of_first = np.array([[bend * second[j, r, k] * bends[k] * x for k in range(self.m)]])
        of_second = np.zeros_like(second)
        of_second[j, r] = bend * inner
        return value, np.concatenate([np.ravel(of_first), np.ravel(of_second)])


class Linearised(Net):
    """Every unit, and so f, replaced by its tangent at θ₀: h₀ + ⟨∇h₀, θ − θ₀⟩."""

    def units(self, theta: np.ndarray, sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, slopes = super().units(self.start, sample)
        return values + slopes @ (theta - self.start), slopes
