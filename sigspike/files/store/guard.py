"""A store as Zarr reads it: a file not in the ledger is not there, a changed one is refused."""

from pathlib import Path
from typing import Any

from zarr.storage import LocalStore, WrapperStore

from sigspike.files.store.checksums import Files, digest
from sigspike.foundation.check import Refusal


class Guard(WrapperStore):
    """The files of a store with their digests, checked whenever one is read: also long after it was
    opened.
    """

    def __init__(self, path: Path, files: Files) -> None:
        super().__init__(LocalStore(path, read_only=True))
        self.path, self.files = path, files

    def _with_store(self, store: Any) -> "Guard":
        return Guard(self.path, self.files)

    async def get(self, key: str, prototype: Any, byte_range: Any = None) -> Any:
        """The bytes of a file, if they are those that were written."""
        if key not in self.files:
            return None
        content = await super().get(key, prototype)
        if content is None or digest(content.to_bytes()) != self.files[key]:
            raise Refusal(
                f"`store` {str(self.path)!r} was damaged since it was loaded ({key}); load it again"
            )
        return content if byte_range is None else await super().get(key, prototype, byte_range)

    async def exists(self, key: str) -> bool:
        """Whether the ledger vouches for a file."""
        return key in self.files
