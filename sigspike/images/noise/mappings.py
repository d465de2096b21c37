"""Which class an asymmetric flip makes of which: the conventions of the papers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Int

from sigspike.foundation.check import Refusal

Mapping = Int[np.ndarray, " class"]
BLOCK = 5  # fine classes of a CIFAR-100 superclass
# truck → automobile, bird → airplane, cat ↔ dog, deer → horse; the other five classes stay.
CIFAR10 = (0, 1, 0, 5, 7, 3, 6, 7, 8, 1)


def following(n_classes: int, _: np.random.Generator) -> Mapping:
    """i → i + 1 mod C (Tai et al. 2023, arXiv 2307.04312; the "pair flip" of Co-teaching)."""
    return np.roll(np.arange(n_classes), -1)


def similar(n_classes: int, _: np.random.Generator) -> Mapping:
    """Similar classes of CIFAR-10: half of the classes flip, so that a rate ε makes ε/2 of the
    labels wrong (Patrini et al. 2017; DivideMix, ELR, FINE).
    """
    _check_classes("cifar10", n_classes, n_classes == 10, "10")
    return np.array(CIFAR10)


def blocks(n_classes: int, _: np.random.Generator) -> Mapping:
    """The next of each five consecutive classes, cyclically, as ELR and FINE do for CIFAR-100.

    Their code calls the blocks superclasses; fine classes are numbered by the alphabet, so they are
    not. The true superclasses: `next_within`.
    """
    _check_classes("blocks", n_classes, n_classes % BLOCK == 0, f"a multiple of {BLOCK}")
    return next_within(np.arange(n_classes) // BLOCK)


def block_pairs(n_classes: int, generator: np.random.Generator) -> Mapping:
    """Two classes of each five consecutive ones change places, which two being drawn (older code
    for CIFAR-100, still in ELR's and FINE's validation sets): a rate ε makes 2ε/5 of the labels
    wrong.
    """
    _check_classes("block-pairs", n_classes, n_classes % BLOCK == 0, f"a multiple of {BLOCK}")
    mapping = np.arange(n_classes)
    for start in range(0, n_classes, BLOCK):
        one, other = start + generator.permutation(BLOCK)[:2]
        mapping[[one, other]] = other, one
    return mapping


MAPPINGS: dict[str, Callable[[int, np.random.Generator], Mapping]] = {
    "next": following,
    "pair": following,
    "cifar10": similar,
    "blocks": blocks,
    "block-pairs": block_pairs,
}


def next_within(groups: Any) -> Mapping:
    """i → the next class of the same group, cyclically, where ``groups`` names the group of every
    class.

    With the superclass of every fine class of CIFAR-100, this is noise inside the true
    superclasses.
    """
    groups = np.asarray(groups)
    mapping = np.arange(len(groups))
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        mapping[members] = np.roll(members, -1)
    return mapping


def _check_classes(name: str, n_classes: int, fits: bool, wanted: str) -> None:
    if not fits:
        raise Refusal(
            f"`mapping` {name!r} needs {wanted} classes, got {n_classes}; "
            f"give a tuple of {n_classes} classes"
        )
