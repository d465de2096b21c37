"""What stands in a network's state_dict: PyTorch's names, shapes, order and initial values."""

import math
from typing import Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Key, Num

Shape = tuple[int, ...]
Kind = Literal["uniform", "normal", "constant", "count"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Law(NamedTuple):
    """An initial value: ``scale`` times a standard draw ("uniform": U(−1, 1), "normal": N(0, 1)),
    times one ("constant"), or no batch seen ("count").
    """

    kind: Kind
    scale: float = 1.0


class Entry(NamedTuple):
    """A named array: its shape, the law of its initial value, and whether it is a buffer, which
    nothing trains.
    """

    shape: Shape
    law: Law
    buffer: bool = False


Entries = dict[str, Entry]
ONE, ZERO = Law("constant", 1.0), Law("constant", 0.0)


def uniform(fan_in: int) -> Law:
    """U(−1/√fan_in, 1/√fan_in): what ``torch.nn.Conv2d`` and ``torch.nn.Linear`` draw, weight and
    bias (kaiming_uniform with a = √5).
    """
    return Law("uniform", fan_in**-0.5)


def he_fan_out(shape: Shape) -> Law:
    """N(0, 2/(out × height × width)) for a kernel of ``shape``: kaiming_normal in mode fan_out, as
    torchvision draws its convolutions.
    """
    return Law("normal", (2 / (shape[0] * math.prod(shape[2:]))) ** 0.5)


def batch_norm_entries(name: str, channels: int) -> Entries:
    """Weight 1, bias 0, running mean 0 and variance 1, no batch seen."""
    return {
        f"{name}.weight": Entry((channels,), ONE),
        f"{name}.bias": Entry((channels,), ZERO),
        f"{name}.running_mean": Entry((channels,), ZERO, buffer=True),
        f"{name}.running_var": Entry((channels,), ONE, buffer=True),
        f"{name}.num_batches_tracked": Entry((), Law("count"), buffer=True),
    }


def linear_entries(name: str, inputs: int, outputs: int) -> Entries:
    """A linear layer as PyTorch draws it."""
    return {
        f"{name}.weight": Entry((outputs, inputs), uniform(inputs)),
        f"{name}.bias": Entry((outputs,), uniform(inputs)),
    }


def draw(entries: Entries, key: Key[Array, ""]) -> dict[str, Num[Array, "..."]]:
    """Initial values; one long draw of each kind, of which every entry takes its part, for that
    compiles quickly.
    """
    sizes = {name: math.prod(entry.shape) for name, entry in entries.items()}
    uniform_key, normal_key = jax.random.split(key)
    taken = {
        kind: sum(sizes[name] for name, entry in entries.items() if entry.law.kind == kind)
        for kind in KINDS
    }
    standard = {
        "uniform": jax.random.uniform(uniform_key, (taken["uniform"],), minval=-1),
        "normal": jax.random.normal(normal_key, (taken["normal"],)),
        "constant": jnp.ones(taken["constant"]),
        "count": jnp.zeros(taken["count"], int),
    }
    values, start = {}, dict.fromkeys(KINDS, 0)
    for name, (shape, (kind, scale), _) in entries.items():
        part = standard[kind][start[kind] : start[kind] + sizes[name]].reshape(shape)
        values[name] = part if kind == "count" else scale * part
        start[kind] += sizes[name]
    return values
