"""A store that is being written: made or taken up, repaired, and filled chunk by chunk."""

import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xarray as xr

from sigspike.files.lock import locked
from sigspike.files.store import arrays, ledger
from sigspike.files.store.arrays import Regions, Variable
from sigspike.files.store.checksums import damaged, digests
from sigspike.files.store.description import Description, check_same, described
from sigspike.files.store.ledger import FOLDER, LEDGER, LOCK, Ledger
from sigspike.foundation.check import Refusal

Make = Callable[[], tuple[dict[str, Variable], xr.Dataset]]


class Store:
    """A Zarr v3 group with one array a variable, and beside it a ledger: a line for every finished
    chunk.

    A chunk counts once its line stands in the ledger, with the digests of its files; a missing
    chunk would read as NaN and pass for a divergence. Labels and metadata stand in the ledger's
    first line in the same way, and every line has a digest of itself: nothing in a store is
    believed unchecked. Numbers are written before the line, so a process may end anywhere. One
    process writes at a time.
    """

    def __init__(self, path: Path):
        self.path = path
        self.arrays = arrays.opened(path)
        self.done: set[int] = set()
        self._owner: dict[str, int] = {}  # the finished chunk that a file belongs to

    @classmethod
    @contextmanager
    def open(
        cls, path: Path, description: Description, n_trainings: int, make: Make
    ) -> Iterator["Store"]:
        """The store at ``path`` for writing: made, or taken up if its description is the same, and
        then repaired.
        """
        with _disk(path):
            if (
                path.exists()
                and (not path.is_dir() or any(path.iterdir()))
                and not (path / LOCK).exists()
            ):
                raise Refusal(
                    "`store` must be a new folder or a store that sigspike began, "
                    f"got {str(path)!r}"
                )
            lock = locked("store", path, LOCK)
        try:
            with _disk(path):
                _prepare(path, description, n_trainings, make)
                store = cls(path)
                store._verify()
            yield store
        finally:
            lock.release()

    def _verify(self) -> None:
        """Read every chunk that the ledger names; forget those that are missing or damaged, and say
        which.
        """
        chunks = Ledger.of(self.path).chunks
        damage = damaged(self.path, [entry["files"] for entry in chunks.values()])
        lost = [number for number, names in zip(chunks, damage, strict=True) if names]
        for number in chunks.keys() - set(lost):
            self._count(number, chunks[number]["files"])
        if lost:
            _warn(f"{self.path}: damaged or missing chunks are computed anew: {_few(sorted(lost))}")

    def write(self, number: int, regions: Regions, n_trainings: int, seconds: float) -> None:
        """Numbers first, then the line that makes them count. A region is whole files."""
        with _disk(self.path):
            names: list[str] = []
            for name, where, values in regions:
                own = arrays.files(self.arrays[name], where)
                if any(self._owner.get(file, number) != number for file in own):
                    raise RuntimeError(f"chunk {number} would write into files of another ({name})")
                # What is left of a chunk that was not finished cannot be written over in part
                for file in own:
                    (self.path / file).unlink(missing_ok=True)
                self.arrays[name].oindex[where] = values
                names += own
            entry = {
                "files": digests(self.path, names),
                "trainings": n_trainings,
                "seconds": round(seconds, 3),
            }
            ledger.append(self.path, {"chunk": number} | entry)
        self._count(number, names)

    def begin(self, facts: Mapping[str, Any]) -> None:
        """Note who writes from now on: versions, commit, machine, time."""
        with _disk(self.path):
            ledger.append(self.path, {"session": dict(facts)})

    def _count(self, number: int, names: Iterable[str]) -> None:
        self.done.add(number)
        self._owner.update(dict.fromkeys(names, number))


def _prepare(path: Path, description: Description, n_trainings: int, make: Make) -> None:
    """Labels, metadata and ledger as they must be: refused if of another sweep, made or written
    anew where damaged.
    """
    known, old = Ledger.of(path), described(path)
    if old is not None:
        check_same(path, old, description)
    elif known.chunks or known.n_damaged:
        raise Refusal(
            f"`store` {str(path)!r} no longer says what it holds: {LEDGER} and {arrays.METADATA} "
            "are damaged; name another store"
        )
    if known.n_damaged:
        _warn(f"{path}: {known.n_damaged} damaged or unfinished lines of {LEDGER} count no more")
        ledger.rewrite(path, known.entries)
    for left in path.rglob("*.partial"):  # of a process that was killed while it wrote
        left.unlink()
    if known.begun is not None:
        lost = damaged(path, [known.begun["files"]])[0]
        if not lost:
            return
        _warn(f"{path}: damaged or missing labels and metadata are written anew: {_few(lost)}")
    elif known.chunks:
        _warn(f"{path}: {LEDGER} has lost its beginning; labels and metadata are written anew")
    else:
        _empty(path)  # a process ended while it made the store
    files = arrays.make(path, description, *make())
    ledger.append(path, {"begun": description, "files": files, "trainings": n_trainings})


def _empty(path: Path) -> None:
    for left in path.iterdir():
        if left.name != FOLDER:
            shutil.rmtree(left) if left.is_dir() else left.unlink()


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """The disk's complaints as one sentence."""
    try:
        yield
    except OSError as error:
        raise Refusal(
            f"`store` {str(path)!r} cannot be written ({error.strerror or error}); what is "
            "finished is kept, so make room or name another, and call again"
        ) from error


def _few(things: list[Any]) -> str:
    return ", ".join(map(str, things[:8])) + (", …" if len(things) > 8 else "")


def _warn(sentence: str) -> None:
    warnings.warn(sentence, stacklevel=6)
