"""The official files of a data set, for users who have a network."""

from pathlib import Path

from sigspike.foundation.check import Choice
from sigspike.images.data.archive import unpack
from sigspike.images.data.remote import download
from sigspike.images.data.source import sources


def fetch(name: str, data_dir: str | Path) -> Path:
    """Download a data set to where ``load(name, data_dir=data_dir)`` reads it; what is there
    already stays.

    ``name``: cifar10, cifar100, mnist or fashion_mnist. An interrupted download goes on with the
    next call.
    """
    remote = {known: source.remote for known, source in sources().items() if source.remote}
    Choice(tuple(remote)).check("name", name)
    data_dir = Path(data_dir).expanduser()
    for file in remote[name]:
        folder = data_dir / file.folder
        if file.unpacked and (folder / file.unpacked).is_dir():
            continue
        path = download(file, folder)
        if file.unpacked:
            unpack(path, folder, file.unpacked)
    return data_dir
