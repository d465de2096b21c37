"""An official file on the network: fetched with resume, kept only when its md5 is right."""

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigspike.foundation.check import Refusal

CHUNK, TIMEOUT = 1 << 18, 60.0  # bytes, seconds


@dataclass(frozen=True)
class Remote:
    """A file of this name at one of several hosts, and its md5.

    It goes to DATA_DIR/``folder``; an archive is unpacked beside itself to the folder ``unpacked``.
    """

    name: str
    md5: str
    hosts: tuple[str, ...]
    folder: str = ""
    unpacked: str = ""


def download(remote: Remote, folder: Path) -> Path:
    """``folder``/NAME, from the first host that gives it.

    Bytes are collected in NAME.part, which stays when the connection breaks: the next call goes on
    where this one stopped. NAME appears only when the md5 of all bytes is right; otherwise they are
    thrown away.
    """
    target = folder / remote.name
    if target.is_file() and md5_of(target) == remote.md5:
        return target
    part = target.with_name(f"{remote.name}.part")
    failures = []
    for host in remote.hosts:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _fetch(host + remote.name, part)
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{host}: {error or type(error).__name__}")
            continue
        found = md5_of(part)
        if found == remote.md5:
            part.replace(target)
            return target
        part.unlink()
        failures.append(f"{host}: md5 {found}, not the official {remote.md5}")
    kept = (
        f"{part.stat().st_size} bytes are in {part}, run again to go on"
        if part.is_file()
        else "nothing was kept"
    )
    remedy = f"{kept}, or put the file into {folder} yourself"
    raise Refusal(f"`{remote.name}` could not be fetched ({'; '.join(failures)}); {remedy}")


def md5_of(path: Path) -> str:
    """The md5 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _fetch(url: str, part: Path) -> None:
    """Append to ``part`` what it lacks; a server that cannot resume begins anew."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # nothing lacks, or it is another file: the md5 tells
        raise
    with response:
        resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
        start = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        with (
            part.open("ab" if resumed else "wb") as stream,
            _progress(part.stem, start, total) as bar,
        ):
            while chunk := response.read(CHUNK):
                stream.write(chunk)
                bar.update(len(chunk))
    got = part.stat().st_size
    if total is not None and got < total:
        raise ConnectionError(f"the connection broke after {got} of {total} bytes")


@contextmanager
def _progress(name: str, start: int, total: int | None) -> Iterator[Any]:
    from tqdm import tqdm

    with tqdm(desc=name, initial=start, total=total, unit="B", unit_scale=True, leave=False) as bar:
        yield bar
