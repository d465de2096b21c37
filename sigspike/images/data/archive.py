"""A tar archive unpacked whole or not at all, and nowhere but where it should be."""

import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path

from sigspike.foundation.check import Refusal


def unpack(path: Path, folder: Path, name: str) -> Path:
    """``folder/name`` from an archive that holds a folder ``name``.

    Paths that leave the folder, links out of it and special files are refused (tarfile's filter
    "data"). The content is unpacked aside and appears under its name when all of it is there.
    """
    if not hasattr(tarfile, "data_filter"):
        raise Refusal(
            f"`{path.name}` is unpacked by Python 3.11.4 or later only; "
            f"unpack it in {folder} yourself"
        )
    target = folder / name
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=f".{name}."))
    try:
        with tarfile.open(path) as archive:
            archive.extractall(aside, filter="data")
        if not (aside / name).is_dir():
            raise Refusal(
                f"`{path.name}` should hold a folder {name}, got another archive; fetch it again"
            )
        (aside / name).replace(target)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise Refusal(
            f"`{path.name}` cannot be unpacked in {folder} ({error}); fetch it again"
        ) from error
    finally:
        shutil.rmtree(aside)
    return target
