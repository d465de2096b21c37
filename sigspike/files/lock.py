"""A folder that one process writes at a time."""

from pathlib import Path
from typing import TYPE_CHECKING

from sigspike.foundation.check import Refusal

if TYPE_CHECKING:
    from filelock import BaseFileLock


def locked(name: str, folder: Path, file: str) -> "BaseFileLock":
    """The lock ``folder``/``file``, made where it is missing and held until ``release()``; a folder
    that another process holds is refused as the argument ``name``.
    """
    import filelock

    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / file)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise Refusal(
            f"`{name}` {str(folder)!r} is being written by another process; wait for it"
        ) from None
    return lock
