"""Classes and functions that another process must find by their names, and find the same."""

import importlib
import io
import pickle
from types import FunctionType
from typing import Any

from sigspike.foundation.check import Refusal
from sigspike.foundation.code import code_of, is_importable, is_library, name_of
from sigspike.foundation.provenance import RULES

# The rules; module, name and digest of what is the user's
Codes = tuple[int, tuple[tuple[str, str, str], ...]]


def importable(sent: Any) -> Codes:
    """The user's classes and functions that an object names when it is sent; refused if one cannot
    be imported.

    (A class that travels by value arrives without its fields: equinox knows those of its bases
    alone, and defaults stand in for what was given.)
    """
    names = _Names(io.BytesIO(), protocol=pickle.HIGHEST_PROTOCOL)
    try:
        names.dump(sent)
    except Exception as error:  # of any object's own way to be pickled
        _refuse(names.found[-1] if names.found else sent, error)
    own = [thing for thing in dict.fromkeys(names.found) if not is_library(thing)]
    for thing in own:
        if not is_importable(thing):
            _refuse(thing, None)
    return RULES, tuple((thing.__module__, thing.__qualname__, code_of(thing)) for thing in own)


class _Names(pickle.Pickler):
    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.found: list[Any] = []

    def reducer_override(self, thing: Any) -> Any:
        """Note what pickle would name, and leave the rest to it."""
        if isinstance(thing, (type, FunctionType)):
            self.found.append(thing)
        return NotImplemented


def check_codes(codes: Codes) -> None:
    """Refuse, in the process that calls it, rules and classes that differ from those sent."""
    rules, own = codes
    if rules != RULES:
        raise Refusal(
            "`cluster` workers must have the same sigspike: "
            f"its rules are {rules} here, {RULES} there"
        )
    for module, name, code in own:
        try:
            thing: Any = importlib.import_module(module)
            for part in name.split("."):
                thing = getattr(thing, part)
        except (ImportError, AttributeError) as error:
            remedy = "put its file where they can import it"
            raise Refusal(
                f"`cluster` workers cannot import {module}.{name} ({error}); {remedy}"
            ) from error
        if code_of(thing) != code:
            raise Refusal(
                f"`cluster` workers have another {module}.{name}; bring its file up to date there"
            )


def _refuse(thing: Any, error: Exception | None) -> None:
    why = f" ({error})" if error is not None else ""
    remedy = "define it at the top of a module of its own and import it"
    raise Refusal(
        f"`cluster` workers cannot find {name_of(thing)} by its name{why}; {remedy}"
    ) from error
