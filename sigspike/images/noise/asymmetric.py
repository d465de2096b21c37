"""Asymmetric noise: a label becomes one certain other class."""

from typing import Any

import equinox as eqx
import numpy as np

from sigspike.foundation.check import Choice, Refusal
from sigspike.foundation.fields import constant, switch
from sigspike.images.noise.law import RATE, Labels, Law, chosen
from sigspike.images.noise.mappings import MAPPINGS


def _as_mapping(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(np.asarray(value).tolist())


class Asymmetric(Law):
    """A share ε of the labels becomes ``mapping``[label].

    ``mapping``: the name of a convention (see `mappings`: "next", "pair", "cifar10", "blocks",
    "block-pairs") or the class that each of the C classes becomes. Where a class stays itself
    nothing is wrong, and the realised rate is smaller than ε. ``exact`` and ``per_class`` say how
    many: see `chosen` (DivideMix: exact; FINE's CIFAR-10: exact per class; ELR, Co-teaching:
    neither).
    """

    rate: float = constant(RATE, "share ε of labels that are mapped")
    mapping: str | tuple[int, ...] = eqx.field(converter=_as_mapping, static=True, default="next")
    exact: bool = switch(default=True)
    per_class: bool = switch(default=False)

    def __check_init__(self) -> None:
        if isinstance(self.mapping, str):
            Choice(tuple(MAPPINGS)).check("mapping", self.mapping)

    def draw(
        self, generator: np.random.Generator, labels: Labels, n_classes: int, images: Any
    ) -> Labels:
        if isinstance(self.mapping, str):
            becomes = MAPPINGS[self.mapping](n_classes, generator)
        else:
            becomes = _checked(self.mapping, n_classes)
        return np.where(
            chosen(generator, labels, self.rate, self.exact, self.per_class),
            becomes[labels],
            labels,
        )


def _checked(mapping: tuple[int, ...], n_classes: int) -> np.ndarray:
    whole = all(isinstance(number, int) and 0 <= number < n_classes for number in mapping)
    if len(mapping) != n_classes or not whole:
        wanted = f"one class 0 … {n_classes - 1} for each of {n_classes}"
        raise Refusal(f"`mapping` must name {wanted}, got {len(mapping)}: {str(mapping)[:60]}")
    return np.array(mapping)
