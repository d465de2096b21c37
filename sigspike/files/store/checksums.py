"""Checksums of files: what was written is known again, byte for byte."""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Files = Mapping[str, str]  # path inside the store to the digest of its bytes


def digest(content: bytes) -> str:
    """64 bits of BLAKE2b: every flipped bit changes it, and it fits a line."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The digest of every file, by its path inside the folder."""
    return {name: digest((folder / name).read_bytes()) for name in names}


def damaged(folder: Path, files: Iterable[Files]) -> list[list[str]]:
    """For each group of files, those that are missing or hold other bytes. Hashing runs outside
    Python's lock.
    """

    def is_damaged(name: str, expected: str) -> bool:
        try:
            return digest((folder / name).read_bytes()) != expected
        except OSError:
            return True

    def in_group(group: Files) -> list[str]:
        return [name for name, expected in group.items() if is_damaged(name, expected)]

    with ThreadPoolExecutor() as pool:
        return list(pool.map(in_group, files))
