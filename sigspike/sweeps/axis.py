"""One axis of a sweep: the fields that move along it, and their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import numpy as np

from sigspike.foundation.check import is_number, shown
from sigspike.foundation.description import describe


@dataclass(frozen=True)
class Linked:
    """Several fields that move together along one axis: ``fields[path][k]`` at its k-th place.

    ``labels`` are the coordinates (those of the first field by default), ``about`` what figures
    call them.
    """

    fields: Mapping[str, Any]
    labels: Sequence[Any] | None = None
    about: str = ""


@dataclass(frozen=True)
class Axis:
    """One dimension of a grid, called ``name``: ``columns[k]`` are the values of the field at
    ``paths[k]``, ``labels`` what its places are called, and ``about`` its long name in a dataset.
    """

    name: str
    paths: tuple[str, ...]
    columns: tuple[tuple[Any, ...], ...]
    labels: tuple[Any, ...]
    about: str = ""

    def __len__(self) -> int:
        return len(self.labels)

    def values(self, place: int) -> dict[str, Any]:
        """What this axis puts at a place."""
        return {path: column[place] for path, column in self.pairs()}

    def pairs(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Every path with its column."""
        return list(zip(self.paths, self.columns, strict=True))

    @property
    def replaces_parts(self) -> bool:
        """Whether a part is replaced whole along this axis."""
        return any(isinstance(value, eqx.Module) for column in self.columns for value in column)

    def coordinate(self) -> np.ndarray:
        """The labels as an array: of numbers, of booleans, or of names."""
        labels = [_plain(label) for label in self.labels]
        kinds = set(map(type, labels))
        if kinds <= {int, float} or kinds == {bool}:
            return np.array(labels)
        return np.array(
            [label if isinstance(label, str) else shown(label) for label in labels], dtype=object
        )

    def describe(self) -> dict[str, Any]:
        """As plain numbers and names, for the store."""
        return {path: [describe(value) for value in column] for path, column in self.pairs()}


def _plain(label: Any) -> Any:
    """A number or a boolean as Python's own; other labels as they are."""
    if isinstance(label, np.bool_) or (is_number(label) and not isinstance(label, (int, float))):
        return label.item()
    return label
