"""One epoch: every training image once, in a new order; compiled as a whole, or step by step."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Key

from sigspike.images.methods import Batch, Clean, Descent, Seen, State, cross_entropy
from sigspike.images.training.setup import Data
from sigspike.images.training.training import Training


class Watched(NamedTuple):
    """Cross entropy with its label, and predicted class, of every training image as its step saw
    it; NaN and −1 for one that no step saw.
    """

    loss: Float[Array, " image"]
    predicted: Int[Array, " image"]


class Order(NamedTuple):
    """Which images each step gets; ``present`` is 0 for those that fill up the last batch. Keys are
    the steps' own.
    """

    ids: Int[Array, "step sample"]
    present: Float[Array, "step sample"]
    key: Key[Array, " step"]


def run_epoch(
    training: Training, state: State, data: Data, epoch: int, key: Key[Array, ""]
) -> tuple[State, Watched, dict[str, Any]]:
    """State, watched images and the means of what steps reported, after one epoch. ``state`` is
    used up.
    """
    number = jnp.asarray(epoch)
    if unit_of(training) == "epoch":
        return _whole(training, state, data, number, key)
    order, watched = _begun(training, data, key)
    reports = []
    for step in range(len(order.ids)):
        (state, watched), report = _single(training, (state, watched), data, number, order, step)
        reports.append(report)
    return (
        state,
        watched,
        {name: jnp.stack([report[name] for report in reports]).mean() for name in reports[0]},
    )


def unit_of(training: Training) -> str:
    """ "epoch" or "step": what is compiled as one program."""
    if training.unit != "auto":
        return training.unit
    return "step" if jax.default_backend() == "cpu" else "epoch"


def ordered(training: Training, n_images: int, key: Key[Array, ""]) -> Order:
    """A permutation of the images in batches; what fills up the last are the first of the same
    permutation.
    """
    shape = (training.steps(n_images), training.batch_size)
    order_key, key = jax.random.split(key)
    size = shape[0] * shape[1]
    ids = jnp.resize(jax.random.permutation(order_key, n_images), shape)
    present = (jnp.arange(size) < n_images).astype(jnp.result_type(float)).reshape(shape)
    return Order(ids, present, jax.random.split(key, shape[0]))


@partial(jax.jit, donate_argnums=1)
def _whole(
    training: Training, state: State, data: Data, epoch: Int[Array, ""], key: Key[Array, ""]
) -> tuple[State, Watched, dict[str, Any]]:
    order, watched = _begin(training, data, key)

    def step(carry: tuple[State, Watched], one: Order) -> Any:
        return _step(training, carry, data, epoch, one, len(order.ids))

    (state, watched), reports = lax.scan(step, (state, watched), order)
    return state, watched, {name: values.mean() for name, values in reports.items()}


@partial(jax.jit, donate_argnums=1)
def _single(
    training: Training,
    carry: tuple[State, Watched],
    data: Data,
    epoch: Int[Array, ""],
    order: Order,
    step: Int[Array, ""] | int,
) -> tuple[tuple[State, Watched], dict[str, Any]]:
    return _step(
        training,
        carry,
        data,
        epoch,
        jax.tree.map(lambda values: values[step], order),
        len(order.ids),
    )


def _begin(training: Training, data: Data, key: Key[Array, ""]) -> tuple[Order, Watched]:
    n_images = len(data.train.labels)
    unseen = Watched(jnp.full(n_images, jnp.nan), jnp.full(n_images, -1))
    return ordered(training, n_images, key), unseen


_begun = jax.jit(_begin)


def _step(
    training: Training,
    carry: tuple[State, Watched],
    data: Data,
    epoch: Int[Array, ""],
    one: Order,
    n_steps: int,
) -> tuple[tuple[State, Watched], dict[str, Any]]:
    state, watched = carry
    batch = _batch(training, state, data, epoch, one, n_steps)
    rate = training.rate(state.step, n_steps)
    descent = Descent(training.network, training.optimiser.transformation(), rate)
    state, seen = training.method.step(state, batch, descent)
    return (state, _watched(watched, batch, seen)), seen.report


def _batch(
    training: Training, state: State, data: Data, epoch: Int[Array, ""], one: Order, n_steps: int
) -> Batch:
    image_key, view_key, clean_key, own = jax.random.split(one.key, 4)
    images, labels = data.train.images[one.ids], data.train.labels[one.ids]
    views = tuple(
        data.normalised(view(images, jax.random.fold_in(view_key, number)))
        for number, view in enumerate(training.method.views)
    )
    return Batch(
        one.ids,
        data.normalised(training.augmentation(images, image_key)),
        labels,
        one.present,
        views,
        _clean(training, data, clean_key),
        own,
        epoch,
        state.step / (n_steps * training.epochs),
    )


def _clean(training: Training, data: Data, key: Key[Array, ""]) -> Clean | None:
    """Clean images drawn without replacement, augmented like the others."""
    if data.clean is None or not training.method.needs_clean:
        return None
    draw_key, key = jax.random.split(key)
    size = min(training.clean_batch_size, len(data.clean.labels))
    ids = jax.random.permutation(draw_key, len(data.clean.labels))[:size]
    images = data.normalised(training.augmentation(data.clean.images[ids], key))
    return Clean(images, data.clean.labels[ids])


def _watched(watched: Watched, batch: Batch, seen: Seen) -> Watched:
    loss = cross_entropy(seen.logits, batch.labels)
    return Watched(
        batch.written(watched.loss, loss), batch.written(watched.predicted, seen.logits.argmax(1))
    )
