"""One program that trains by every method: which weights the examples get is a branch of it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

from sigspike.common.reweighting import (
    Carried,
    Linearised,
    PersistentWeights,
    WeightedDescent,
    linearised,
)
from sigspike.common.selection import auc
from sigspike.papers.meta_reweighting.digits import Digits
from sigspike.papers.meta_reweighting.perceptron import Images, Perceptron, cross_entropy

HIDDEN, LEARNING_RATE = 64, 0.2
WARM_UP = 5  # epochs before the first selection

Labels = Int[Array, " sample"]
Weights = Float[Array, " sample"]


class Clean(NamedTuple):
    """The clean subset; examples labelled −1 pad it."""

    images: Float[Array, "clean pixel"]
    label: Int[Array, " clean"]

    def loss(self, params: Perceptron) -> Float[Array, ""]:
        """L_val, the mean of its losses."""
        losses = cross_entropy(
            params.answer(params.features(self.images)), jnp.maximum(self.label, 0)
        )
        return jnp.where(self.label >= 0, losses, 0).sum() / (self.label >= 0).sum()


class Batch(NamedTuple):
    """What couplings are made from: examples and their losses, and where training stands.
    ``at.extra`` are features.
    """

    images: Images
    label: Labels
    ids: Labels
    at: Linearised
    params: Perceptron
    carried: Carried
    clean: Clean
    descent: WeightedDescent


class Trained(NamedTuple):
    """What a selection is made from: losses and features of all training examples."""

    losses: Weights
    features: Float[Array, "sample hidden"]
    label: Labels
    n_classes: int


Coupling = Callable[[Batch], Weights]
Selection = Callable[[Trained], Weights]


class Branches(NamedTuple):
    """What a program can do; methods name them by number, from 1 (0: nothing)."""

    couplings: tuple[Coupling, ...]
    selections: tuple[Selection, ...] = ()


class Method(NamedTuple):
    """A coupling of each batch, or a selection after some epochs; weight at the start, rate β of
    the weights.
    """

    coupling: int = 0
    selection: int = 0
    epochs: int = 1
    start: float = 1.0
    rate: float = 1.0


class Outcome(NamedTuple):
    """After the last step; shares are of the clean, or of the noisy training examples."""

    accuracy: Float[Array, ""]
    auc: Float[Array, ""]
    memorised: Float[Array, ""]
    weight_clean: Float[Array, ""]
    weight_noisy: Float[Array, ""]


@partial(jax.jit, static_argnames=("branches", "n_classes"))
def train(
    start: Perceptron,
    data: Digits,
    flip_rates: Float[Array, " rate"],
    clean_label: Int[Array, " clean"],
    order: Int[Array, "epoch step batch"],
    method: Method,
    branches: Branches,
    n_classes: int,
) -> Outcome:
    """Train at every flip rate, by θ ← θ − (η/B) Σ_{i in batch} w_i ∇ℓ_i, on the examples that
    ``order`` draws.

    ``auc`` is that of the weights with which an example was trained on, summed over all steps, or
    of −ℓ in the end where the method gives none. ``memorised``: the noisy examples that are given
    their wrong label in the end.
    """
    n_samples = len(data.chance)
    clean = Clean(data.images[n_samples:], clean_label)

    def at_rate(rate: Float[Array, ""]) -> Outcome:
        true, noisy = data.label[:n_samples], data.chance < rate
        label = jnp.where(noisy, (true + data.turn) % n_classes, true)
        all_labels = jnp.concatenate([label, data.label[n_samples:]])
        run = _Run(data.images, all_labels, n_samples, clean, method, branches, n_classes)
        params, weights, total = run(start, order)
        answer, test = (
            params.answer(params.features(x)) for x in (data.images[:n_samples], data.test_images)
        )
        weighted = method.coupling + method.selection > 0
        return Outcome(
            (test.argmax(1) == data.test_label).mean(),
            auc(jnp.where(weighted, total, -cross_entropy(answer, label)), ~noisy),
            ((answer.argmax(1) == label) & noisy).sum() / noisy.sum(),
            jnp.where(noisy, 0, weights).sum() / (~noisy).sum(),
            jnp.where(noisy, weights, 0).sum() / noisy.sum(),
        )

    return jax.vmap(at_rate)(flip_rates)


class _Run(NamedTuple):
    """One training."""

    images: Images
    label: Labels
    n_samples: int
    clean: Clean
    method: Method
    branches: Branches
    n_classes: int

    def __call__(
        self, params: Perceptron, order: Int[Array, "epoch step batch"]
    ) -> tuple[Perceptron, Weights, Weights]:
        """Parameters and weights after the last step, and the sums of all weights used."""
        rule = PersistentWeights(rate=self.method.rate, start=self.method.start)
        descent = WeightedDescent(rule, LEARNING_RATE / order.shape[2])
        carried = descent.init(jax.random.key(0), params, len(self.label))

        def epoch(now: tuple, numbered: tuple) -> tuple:
            (number, ids), step = numbered, partial(self._step, descent)
            (params, carried, total), _ = lax.scan(step, now, ids)
            due = (
                (self.method.selection > 0)
                & (number >= WARM_UP)
                & ((number - WARM_UP) % self.method.epochs == 0)
            )
            weights = lax.cond(
                due, lambda: self._selected(params, carried.rule), lambda: carried.rule
            )
            return (params, carried._replace(rule=weights), total), None

        begin = (params, carried, jnp.zeros(len(self.label)))
        (params, carried, total), _ = lax.scan(epoch, begin, (jnp.arange(1, len(order) + 1), order))
        return params, carried.rule[: self.n_samples], total[: self.n_samples]

    def _step(self, descent: WeightedDescent, now: tuple, ids: Labels) -> tuple:
        """One step of descent."""
        params, carried, total = now
        images, label = self.images[ids], self.label[ids]

        def losses(params: Perceptron) -> tuple[Weights, Array]:
            features = params.features(images)
            return cross_entropy(params.answer(features), label), features

        linear = linearised(losses, params)
        batch = Batch(images, label, ids, linear, params, carried, self.clean, descent)
        couplings = [
            lambda: jnp.zeros_like(linear.losses),
            *(partial(c, batch) for c in self.branches.couplings),
        ]
        params, carried, seen = descent.step(
            linear, lambda: lax.switch(self.method.coupling, couplings), params, carried, ids
        )
        return (params, carried, total.at[ids].add(seen.weights)), None

    def _selected(self, params: Perceptron, weights: Weights) -> Weights:
        """New weights of the training examples."""
        n = self.n_samples
        features = params.features(self.images[:n])
        losses = cross_entropy(params.answer(features), self.label[:n])
        trained = Trained(losses, features, self.label[:n], self.n_classes)
        choices = [
            lambda: weights[:n],
            *(partial(select, trained) for select in self.branches.selections),
        ]
        return weights.at[:n].set(lax.switch(self.method.selection, choices))
