"""A field that names a file or a folder."""

from pathlib import Path
from typing import Any

import equinox as eqx

from sigspike.foundation.check import Instance


def place(about: str) -> Any:
    """A static path, `~` being the user's home; ``about`` is what help calls it."""
    return eqx.field(
        converter=_as_path, static=True, metadata={"domain": Instance(Path), "about": about}
    )


def _as_path(value: Any) -> Any:
    """A path, where the value can be one; the check refuses the rest."""
    return Path(value).expanduser() if isinstance(value, (str, Path)) else value
