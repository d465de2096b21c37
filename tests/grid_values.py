"""Small legal values for every field of every class, drawn from the fields' own domains."""

from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any, get_args, get_origin

import numpy as np
import zoo
from numpy.random import Generator

import sigspike as ss
from sigspike.foundation.check import Choice, Instance, Maybe, Range, Refusal
from sigspike.foundation.fields import Checked

# Where size or scale matters; every other field takes what its domain allows.
OWN: dict[str, tuple[Any, ...]] = {
    "n_samples": (4, 6, 8),
    "n_test": (8, 12),
    "n_steps": (2, 4, 6),
    "dim": (8, 12, 20, 40, 1000, 10**6),
    "width": (1, 2, 3, 4),
    "n_clean": (2, 4),
    "batch_size": (2, 3, 4),
    "n_held_out": (12, 16),
    "learning_rate": (0.0, 0.05, 0.3, 1.0, 5.0, 1e200),
    "noise_std": (0.3, 0.5, 1.0),  # without noise, samples tie, and rounding alone ranks them
    "when": (0.0, 1.0, 2.0),
}
NUMBERS = (0.0, 0.05, 0.1, 0.3, 0.45, 0.8, 1.0, 1.7, 2.5)
CONSTANTS = (1, 1.5, 2, 3)
STEPS = (None, (0, 2), (1,), (0, 1, 2))
EVERY = (None, 1, 2, 3)


@cache
def pool(field: Field) -> tuple[Any, ...]:
    """Legal values of a field that is no part; none for arrays and for what programs set
    themselves.
    """
    domain = field.metadata.get("domain")
    if "hidden" in field.metadata or (isinstance(domain, Instance) and domain.kind is not bool):
        return ()
    if isinstance(domain, Choice):
        return domain.options
    if isinstance(domain, Instance):
        return (False, True)
    if isinstance(domain, Range):
        return tuple(
            value for value in OWN.get(field.name, _numbers(domain, field)) if _holds(domain, value)
        )
    return _optional(field)


def _numbers(domain: Range, field: Field) -> tuple[Any, ...]:
    if domain.whole:
        least = int(domain.low) + domain.open_low
        return tuple(range(least, least + 3))
    return CONSTANTS if field.metadata.get("static") else NUMBERS


def _optional(field: Field) -> tuple[Any, ...]:
    """A field that may be None: a number of any kind, or a tuple of whole ones."""
    domain = field.metadata.get("domain")
    domain = domain.domain if isinstance(domain, Maybe) else domain
    if isinstance(domain, Range) and not domain.whole:
        return None, *(value for value in NUMBERS if _holds(domain, value))
    kinds = get_args(field.type)
    if type(None) not in kinds:
        return ()
    if int in kinds:
        return (None, *OWN[field.name]) if field.name in OWN else EVERY
    return STEPS if any(get_origin(kind) is tuple for kind in kinds) else ()


def _holds(domain: Range, value: Any) -> bool:
    try:
        domain.check("value", value)
    except Refusal:
        return False
    return True


def is_part(field: Field) -> bool:
    """Whether a field holds a described object."""
    domain = field.metadata.get("domain")
    return isinstance(domain, Instance) and issubclass(domain.kind, Checked)


def derived(kind: type) -> list[str]:
    """The derived quantities of a class, which its ``with_…`` methods put."""
    return [name.removeprefix("with_") for name in dir(kind) if name.startswith("with_")]


def derived_pool(owners: list[Any], name: str) -> tuple[float, ...]:
    """Numbers that every owner of a derived quantity takes."""

    def takes(owner: Any, value: float) -> bool:
        try:
            getattr(owner, f"with_{name}")(value)
        except Refusal:
            return False
        return True

    return tuple(value for value in NUMBERS if all(takes(owner, value) for owner in owners))


def pick(rng: Generator, options: Any) -> Any:
    """One of some things, as it is."""
    return options[int(rng.integers(len(options)))]


def part(rng: Generator, base: type) -> Any:
    """An object of some class that can stand for ``base``, each field of which is the default or
    anything legal.
    """
    return made(rng, pick(rng, zoo.concrete(base)))


def made(rng: Generator, kind: type) -> Any:
    """An object of a class with random fields."""
    rows = pick(rng, (3, 4))
    while True:
        given = {f.name: _given(rng, f, rows) for f in fields(kind) if _given_at_all(rng, f)}
        try:
            return kind(**given)
        except Refusal:  # fields that do not go together
            continue


def _given_at_all(rng: Generator, field: Field) -> bool:
    if "hidden" in field.metadata:
        return False
    required = field.default is MISSING and field.default_factory is MISSING
    return required or field.name in OWN or rng.random() < 0.4


def _given(rng: Generator, field: Field, rows: int) -> Any:
    if is_part(field):
        return part(rng, field.metadata["domain"].kind)
    options = pool(field)
    if options:
        return pick(rng, options)
    array = zoo.SMALL[field.name]
    return array[:, :rows] if np.ndim(array) == 3 else array


def experiment(rng: Generator) -> ss.Experiment:
    """Any experiment."""
    return made(rng, ss.Experiment)


@cache
def names(kind: type) -> dict[str, bool]:
    """What can be an axis of a class: its fields and derived quantities, and whether each is a
    part.
    """
    own = {f.name: is_part(f) for f in fields(kind) if is_part(f) or pool(f)}
    return own | dict.fromkeys(derived(kind), False)


def classes(base: type) -> list[type]:
    """A class, or those that can be made from it, and the same of all their parts."""
    kinds = zoo.concrete(base) or [base]
    inside = [
        field.metadata["domain"].kind for kind in kinds for field in fields(kind) if is_part(field)
    ]
    return [*kinds, *(kind for part_kind in dict.fromkeys(inside) for kind in classes(part_kind))]
