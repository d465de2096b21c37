"""The ledger of a store: what was begun, by whom, and what is finished, a checksum a line."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sigspike.files.store.checksums import digest
from sigspike.files.whole import whole

FOLDER = "ledger"
LEDGER, LOCK = f"{FOLDER}/entries.jsonl", f"{FOLDER}/writer.lock"
SUM = b', "sum": "'

Entry = dict[str, Any]


@dataclass(frozen=True)
class Ledger:
    """The lines that are whole, and the number of those that are not (damaged, or cut off while
    they were written).

    Three kinds: ``{"begun": description, "files", "trainings"}`` with the digests of all labels and
    metadata, ``{"session": versions, commit, machine, time}``, and ``{"chunk": number, "files",
    "trainings", "seconds"}`` with the digests of its files. Of two lines about one thing the later
    counts.
    """

    entries: list[Entry] = field(default_factory=list)
    n_damaged: int = 0

    @classmethod
    def of(cls, store: Path) -> "Ledger":
        """The ledger of a store (an empty one, where there is none)."""
        file = store / LEDGER
        lines = file.read_bytes().split(b"\n") if file.is_file() else [b""]
        entries = [_entry(line) for line in lines[:-1]]
        whole = [entry for entry in entries if entry is not None]
        return cls(whole, len(entries) - len(whole) + bool(lines[-1]))

    @property
    def begun(self) -> Entry | None:
        """What the store was made for, with the digests of its labels and metadata."""
        return next((entry for entry in reversed(self.entries) if "begun" in entry), None)

    @property
    def sessions(self) -> list[Any]:
        """Who wrote, and when."""
        return [entry["session"] for entry in self.entries if "session" in entry]

    @cached_property
    def chunks(self) -> dict[int, Entry]:
        """The chunks that are finished."""
        return {entry["chunk"]: entry for entry in self.entries if "chunk" in entry}

    @property
    def seconds(self) -> float:
        """What all chunks took, those that were computed twice too."""
        return round(sum(entry["seconds"] for entry in self.entries if "chunk" in entry), 1)

    @property
    def n_trainings(self) -> int:
        """How many are finished."""
        return sum(entry["trainings"] for entry in self.chunks.values())


def append(store: Path, entry: Entry) -> None:
    """Add a line; after one that was cut off, on a line of its own."""
    with (store / LEDGER).open("a+b") as file:
        if file.tell() > 0:
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(_line(entry))


def rewrite(store: Path, entries: list[Entry]) -> None:
    """The ledger with these lines and no other."""
    with whole(store / LEDGER) as aside:
        aside.write_bytes(b"".join(map(_line, entries)))


def _line(entry: Entry) -> bytes:
    text = json.dumps(entry, ensure_ascii=False).encode()
    return text[:-1] + SUM + digest(text).encode() + b'"}\n'


def _entry(line: bytes) -> Entry | None:
    text, _, end = line.rpartition(SUM)
    text += b"}"
    return json.loads(text) if end == digest(text).encode() + b'"}' else None
