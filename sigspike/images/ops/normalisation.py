"""PyTorch's batch norm over maps."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from sigspike.foundation.check import Refusal
from sigspike.images.ops.convolution import Maps

PerChannel = Float[Array, " channel"]


class Statistics(NamedTuple):
    """Running mean and variance of every channel."""

    mean: PerChannel
    variance: PerChannel


def batch_norm(
    maps: Maps,
    weight: PerChannel,
    bias: PerChannel,
    running: Statistics,
    train: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Maps, Statistics]:
    """w (x − mean)/√(variance + ε) + b by channel, and the running statistics afterwards
    (``torch.nn.BatchNorm2d``).

    In training, mean and variance are the batch's, over its N = samples × rows × columns values,
    the *biased* variance (1/N); the running ones become (1 − ``momentum``) old + ``momentum`` new,
    with the *unbiased* variance (1/(N − 1)): PyTorch's momentum 0.1 is a decay of 0.9. Otherwise
    the running ones normalise and stay. All is computed in the precision of ``weight``, and the
    answer has that of ``maps``.
    """
    values = maps.astype(weight.dtype).reshape(-1, maps.shape[-1])
    mean, variance, after = running.mean, running.variance, running
    if train:
        count = len(values)
        if count < 2:
            raise Refusal(
                "`maps` must have two values or more of every channel in training, "
                f"got shape {maps.shape}"
            )
        mean = values.mean(0)
        variance = _computed(jnp.square(values - mean[None])).mean(0)
        new = Statistics(mean, variance * count / (count - 1))
        after = Statistics(
            *((1 - momentum) * old + momentum * now for old, now in zip(running, new, strict=True))
        )
    scale = weight * lax.rsqrt(variance + eps)
    answer = (values - mean[None]) * scale[None] + bias[None]
    return answer.reshape(maps.shape).astype(maps.dtype), after


def _computed(values: Float[Array, "value channel"]) -> Float[Array, "value channel"]:
    """The values as they are, in memory: XLA's CPU code sums over rows three times as fast as with
    their law inside.
    """
    return lax.optimization_barrier(values) if jax.default_backend() == "cpu" else values
