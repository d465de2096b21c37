"""What a data set must say of itself: its name, where it can be fetched, and how it is read."""

from abc import abstractmethod
from dataclasses import MISSING, fields
from typing import Any, ClassVar

from sigspike.foundation.arguments import descendants
from sigspike.foundation.check import Choice, Refusal, nearest
from sigspike.foundation.fields import Checked
from sigspike.images.data.dataset import Dataset
from sigspike.images.data.remote import Remote


class Source(Checked):
    """Reads one data set from where it lies, as options say.

    ``name`` is what programs and the command line call it; ``remote`` are the official files, for
    those who have a network.
    """

    name: ClassVar[str]
    remote: ClassVar[tuple[Remote, ...]] = ()

    @abstractmethod
    def load(self) -> Dataset:
        """The data set; bad files end in one sentence."""


def sources() -> dict[str, type[Source]]:
    """Every data set there is, by its name."""
    named = {kind.name: kind for kind in descendants(Source) if hasattr(kind, "name")}
    return dict(sorted(named.items()))


def load(name: str, **options: Any) -> Dataset:
    """A data set by its name, e.g. ``load("cifar10", data_dir="~/data")``; ``load("digits")`` needs
    no file.
    """
    known = sources()
    Choice(tuple(known)).check("name", name)
    of_kind = {field.name: field for field in fields(known[name])}
    for option in options:
        if option not in of_kind:
            takes = ", ".join(f"`{field}`" for field in of_kind)
            raise Refusal(
                f"`{option}` is no option of {name}, which takes {takes}{nearest(option, of_kind)}"
            )
    for option, field in of_kind.items():
        if option not in options and field.default is MISSING and field.default_factory is MISSING:
            raise Refusal(
                f"`{option}` must be given for {name}, got None: {field.metadata['about']}"
            )
    return known[name](**options).load()
