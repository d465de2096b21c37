"""Networks in evaluation: logits and features of images, and what they say about labels."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

from sigspike.images.methods import Evaluated, Model, cross_entropy
from sigspike.images.training.epoch import Watched, unit_of
from sigspike.images.training.setup import Bytes, Data
from sigspike.images.training.training import Training


class Score(NamedTuple):
    """Mean cross entropy and accuracy over images."""

    loss: Float[Array, ""]
    accuracy: Float[Array, ""]


def outputs(training: Training, model: Model, data: Data, images: Bytes) -> Evaluated:
    """Logits and features of images that are not augmented, with running statistics.

    Batches are all of ``eval_batch_size`` (or of all images): the last is filled up, and what fills
    it is cut off.
    """
    size = min(training.eval_batch_size, len(images))
    n_batches = -(-len(images) // size)
    if unit_of(training) == "epoch":
        return _whole(training, model, data, images, size, n_batches)
    found = [_single(training, model, data, images, size, batch) for batch in range(n_batches)]
    logits, features = (jnp.concatenate(parts)[: len(images)] for parts in zip(*found, strict=True))
    return Evaluated(logits, features)


def watched(logits: Float[Array, "image class"], labels: Int[Array, " image"]) -> Watched:
    """Cross entropy and predicted class of every image."""
    return Watched(cross_entropy(logits, labels), logits.argmax(1))


@jax.jit
def score(logits: Float[Array, "image class"], labels: Int[Array, " image"]) -> Score:
    """Over all images."""
    loss, predicted = watched(logits, labels)
    return Score(loss.mean(), (predicted == labels).mean())


@partial(jax.jit, static_argnums=(4, 5))
def _whole(
    training: Training, model: Model, data: Data, images: Bytes, size: int, n_batches: int
) -> Evaluated:
    found = lax.map(
        lambda batch: _of_batch(training, model, data, images, size, batch), jnp.arange(n_batches)
    )
    logits, features = (part.reshape(-1, part.shape[-1])[: len(images)] for part in found)
    return Evaluated(logits, features)


def _of_batch(
    training: Training,
    model: Model,
    data: Data,
    images: Bytes,
    size: int,
    batch: Int[Array, ""] | int,
) -> tuple[Float[Array, "sample class"], Float[Array, "sample feature"]]:
    taken = images[(batch * size + jnp.arange(size)) % len(images)]
    output = training.network(
        model.weights.network, model.buffers, data.normalised(taken), train=False
    )
    return output.logits, output.features


_single = jax.jit(_of_batch, static_argnums=4)
