"""A file that stands under its name only when it is whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place beside ``path`` to write to. When the block ends and the disk has all of it, it takes
    the name; the file before stays until then, and nothing is left of a block that fails.
    """
    aside = path.with_name(f".{path.name}.part")
    try:
        yield aside
        with aside.open("r+b") as stream:
            os.fsync(stream.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
