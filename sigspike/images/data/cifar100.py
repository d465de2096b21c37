"""CIFAR-100: 50 000 + 10 000 colour images of 32 × 32 in 100 fine or 20 coarse classes."""

from pathlib import Path
from typing import ClassVar

from sigspike.files import cifar
from sigspike.files.folders import find
from sigspike.foundation.fields import choice
from sigspike.images.data.cifar10 import HOSTS
from sigspike.images.data.dataset import Dataset
from sigspike.images.data.remote import Remote
from sigspike.images.data.source import Source
from sigspike.images.place import place


class CIFAR100(Source):
    """The python batches of Krizhevsky (2009), in DATA_DIR/cifar-100-python or DATA_DIR itself.

    ``labels``: the 100 fine classes, in alphabetical order, or the 20 superclasses of five fine
    classes each.
    """

    name: ClassVar[str] = "cifar100"
    remote: ClassVar[tuple[Remote, ...]] = (
        Remote(
            "cifar-100-python.tar.gz",
            "eb9058c3a382ffc7106e4002c42a8d85",
            HOSTS,
            unpacked="cifar-100-python",
        ),
    )

    data_dir: Path = place("the folder with cifar-100-python")
    labels: str = choice("fine", "coarse", default="fine")

    def load(self) -> Dataset:
        kind = {"fine": cifar.FINE, "coarse": cifar.COARSE}[self.labels]
        folder = find(self.data_dir, kind.title) or self.data_dir
        train, test = (cifar.read(folder, names, kind) for names in (kind.train, kind.test))
        return Dataset(self.name, *train, *test, cifar.class_names(folder, kind))
