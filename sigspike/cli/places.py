"""Files that a command will write, tried before it works for them."""

from pathlib import Path

from sigspike.foundation.check import Refusal, shown


def check_place(name: str, path: Path) -> None:
    """Refuse a file that cannot be written."""
    if not _is_folder(path.parent):
        raise Refusal(f"`{name}` must lie in a folder that exists, got {shown(str(path))}")
    try:
        new = not path.exists()
        path.open("ab").close()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Refusal(
            f"`{name}` must be a file that can be written, got {shown(str(path))} ({why})"
        ) from error
    if new:
        path.unlink()


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long
        return False
