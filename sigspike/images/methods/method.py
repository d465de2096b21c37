"""What a method against noisy labels must say of itself: a loss at least, at most a whole step.

How to add one: a file in this folder with a `Method`, and a line in ``__init__``; the command line
finds it by itself. Write the first of these that is enough, and leave the rest as it is:

1. ``losses(logits, batch, carried) -> (losses, carried)``: a loss for each image (GCE, SL,
   Bootstrap; label noise with ``batch.key``; ELR with targets that it carries).
2. ``objective(weights, buffers, batch, carried, network) -> (value, Seen)``: what is minimised over
   ``weights`` = the network's parameters and ``extra`` (RFL: decoder and cluster head, on
   ``batch.views``).
3. ``step(state, batch, descent) -> (state, Seen)``: the whole step (Co-teaching: ``n_models`` = 2
   and two ``state.models``; meta-reweighting: ``batch.clean``, with
   ``Bilevel(rule, descent.rate, descent.transform)``).

What it may have besides: ``extra`` parameters, which the optimiser trains; arrays it has
``carried`` from step to step, with a row for each training image if it likes (read
``carried[batch.ids]``, write ``batch.written(carried, rows)``); ``views``, further augmentations of
every image; ``needs_clean``, batches of a clean subset; and ``before_epoch``, Python code between
two compiled epochs, which may look at all training images (selection, pruning, estimates of T).

All arrays of a method belong to ``State``: it is donated, checkpointed, and the only thing that is
resumed. Inside a step nothing is raised and no shape depends on values. What a step should report
goes into ``Seen.report``, numbers by name, the same names at every step: the log has their means
over the epoch.
"""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.foundation.fields import Checked
from sigspike.images.augmentation import Augmentation
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.state import Descent, Model, State, Weights
from sigspike.images.networks import Buffers, ImageNetwork

Logits = Float[Array, "sample class"]
Losses = Float[Array, " sample"]


def cross_entropy(logits: Logits, labels: Int[Array, " sample"]) -> Losses:
    """−log p_y, p = softmax of the logits."""
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels)


def of_label(values: Float[Array, "sample class"], labels: Int[Array, " sample"]) -> Losses:
    """v_iy of every row i."""
    return jnp.take_along_axis(values, labels[:, None], 1)[:, 0]


class Facts(NamedTuple):
    """What is known before training: the network, n noisy labels (image), C, the shape (row,
    column, channel) of an image, P(ỹ = j | y = i) where the truth is known (else None), steps of an
    epoch, and epochs.
    """

    network: ImageNetwork
    labels: Int[np.ndarray, " image"]
    n_classes: int
    image_shape: tuple[int, ...]
    transition: Float[np.ndarray, "true noisy"] | None
    n_steps: int
    epochs: int


class Evaluated(NamedTuple):
    """What a network in evaluation says of images."""

    logits: Float[Array, "image class"]
    features: Float[Array, "image feature"]


class Look(NamedTuple):
    """A look at all training images between epochs, not augmented, by networks in evaluation.

    ``outputs(model)`` gives logits (image, class) and features (image, feature), ``labels`` are the
    noisy ones; ``clean(model)`` and ``clean_labels`` are the same of the clean subset, with true
    labels (None without one).
    """

    labels: Int[Array, " image"]
    outputs: Callable[[Model], Evaluated]
    clean_labels: Int[Array, " clean"] | None
    clean: Callable[[Model], Evaluated] | None


class Seen(NamedTuple):
    """What a pass over the batch saw: logits of the first model, buffers, what is carried on, and
    numbers to report.
    """

    logits: Logits
    buffers: Buffers
    carried: PyTree
    report: dict[str, Float[Array, ""]]


class Method(Checked):
    """θ ← θ − η_t T(∇_θ mean_i ℓ_i) over batches; a subclass says ℓ_i, or more."""

    n_models: ClassVar[int] = 1  # networks trained side by side, each from a draw of its own
    needs_clean: ClassVar[bool] = False  # whether every step gets a batch of a clean subset
    planned: ClassVar[bool] = False  # whether it goes by ``batch.progress``, the share of the plan

    @property
    def views(self) -> tuple[Augmentation, ...]:
        """Further augmentations of every training image, beside the usual one (``Augmentation(0,
        False)``: none).
        """
        return ()

    def extra(self, facts: Facts, key: Key[Array, ""]) -> PyTree:
        """Further parameters of one model, to be trained by the optimiser."""
        return ()

    def carried(self, facts: Facts, models: tuple[Model, ...], key: Key[Array, ""]) -> PyTree:
        """What the method carries from step to step, before the first one."""
        return ()

    def before_epoch(self, state: State, epoch: int, look: Look) -> State:
        """The state with which an epoch begins."""
        return state

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        """ℓ_i of the batch, and what is carried on: cross entropy with the noisy label, unless a
        method says more.
        """
        return cross_entropy(logits, batch.labels), carried

    def objective(
        self,
        weights: Weights,
        buffers: Buffers,
        batch: Batch,
        carried: PyTree,
        network: ImageNetwork,
    ) -> tuple[Float[Array, ""], Seen]:
        """What one model minimises."""
        output = network(weights.network, buffers, batch.images, train=True)
        losses, carried = self.losses(output.logits, batch, carried)
        return batch.mean(losses), Seen(output.logits, output.buffers, carried, {})

    def step(self, state: State, batch: Batch, descent: Descent) -> tuple[State, Seen]:
        """One step of the only model; the value of the objective is reported under this name."""
        (model,) = state.models

        def objective(weights: Weights) -> tuple[Any, Seen]:
            return self.objective(weights, model.buffers, batch, state.carried, descent.network)

        (value, seen), gradient = jax.value_and_grad(objective, has_aux=True)(model.weights)
        after = descent.moved(model, gradient, seen.buffers)
        seen = seen._replace(report={"objective": value} | seen.report)
        return State((after,), seen.carried, state.step + 1), seen
