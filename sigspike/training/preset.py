"""Presets: familiar algorithms by name, each some dials set."""

import sys
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from sigspike.foundation.arguments import named
from sigspike.foundation.check import Refusal, shown
from sigspike.foundation.fields import Checked
from sigspike.training.algorithm import Algorithm

PRESETS: dict[str, "Preset"] = {}


class Preset:
    """A named function that makes an ``Algorithm``: ``set`` dials are of given classes, whose
    fields are its parameters, and all other dials are keywords.

    ``Preset("LabelNoiseGD", "…", labels=Flips)`` is called as ``LabelNoiseGD(learning_rate,
    flip_rate, batches=…, …)``. A preset registers itself: the command line, files and help find it.
    """

    makes = Algorithm

    def __init__(self, name: str, about: str, **dials: type[Any]) -> None:
        self.__name__ = self.__qualname__ = name
        self.__doc__, self.__module__ = about, sys._getframe(1).f_globals["__name__"]
        self.dials: Mapping[str, type[Any]] = dials
        PRESETS[name] = self

    def __repr__(self) -> str:
        return self.__name__

    def __call__(self, *args: Any, **given: Any) -> Algorithm:
        """The algorithm: the learning rate, parameters of the dials that are set, and other dials
        by name.
        """
        for key in self.dials.keys() & given.keys():
            own, value = self.dials[key].__name__, shown(given[key])
            remedy = "set all dials of GradientDescent instead"
            raise Refusal(f"`{key}` of {self.__name__} is {own} already, got {value}; {remedy}")
        told = named(self.__name__, self.fields, args, given)
        made = {}
        for name, kind in self.dials.items():
            made[name] = kind(
                **{
                    field.name: told.pop(field.name)
                    for field in parameters(kind)
                    if field.name in told
                }
            )
        return Algorithm(**told, **made)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its parameters: the learning rate, those of the dials that are set, the other dials."""
        rate, *others = fields(Algorithm)  # type: ignore[arg-type]
        own = [field for kind in self.dials.values() for field in parameters(kind)]
        return (rate, *own, *(field for field in others if field.name not in self.dials))

    def made(self, algorithm: Algorithm) -> bool:
        """Whether it can have made an algorithm."""
        dials = ((getattr(algorithm, name), kind) for name, kind in self.dials.items())
        return type(algorithm) is Algorithm and all(type(dial) is kind for dial, kind in dials)

    def given(self, algorithm: Algorithm) -> dict[str, Any]:
        """The parameters with which it makes an algorithm."""
        dials = [algorithm, *(getattr(algorithm, name) for name in self.dials)]
        return {
            f.name: next(getattr(d, f.name) for d in reversed(dials) if hasattr(d, f.name))
            for f in self.fields
        }


def parameters(kind: type[Checked]) -> list[Field]:
    """The fields of a class that a person gives."""
    return [field for field in fields(kind) if "hidden" not in field.metadata]


def preset_of(algorithm: Algorithm) -> Preset | None:
    """The preset that says most of an algorithm (none of a user's own class)."""
    makers = [preset for preset in PRESETS.values() if preset.made(algorithm)]
    return max(makers, key=lambda preset: len(preset.dials), default=None)
