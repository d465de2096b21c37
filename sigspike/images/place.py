"""A field that names a file or a folder."""

from pathlib import Path
from typing import Any

import equinox as eqx

from sigspike.foundation.check import Instance, Maybe


def place(about: str) -> Any:
    """A static path, `~` being the user's home; ``about`` is what help calls it."""
    return eqx.field(
        converter=_as_path, static=True, metadata={"domain": Instance(Path), "about": about}
    )


def hidden_switch() -> Any:
    """A static field that is off by default, which the command line has a flag of its own for."""
    metadata = {"domain": Instance(bool), "hidden": True}
    return eqx.field(static=True, default=False, metadata=metadata)


def optional_place(about: str) -> Any:
    """The same or None, which the command line has a flag of its own for."""
    metadata = {"domain": Maybe(Instance(Path)), "about": about, "hidden": True}
    return eqx.field(converter=_as_path, static=True, default=None, metadata=metadata)


def _as_path(value: Any) -> Any:
    """A path, where the value can be one; the check refuses the rest."""
    return Path(value).expanduser() if isinstance(value, (str, Path)) else value
