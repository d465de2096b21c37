"""CIFAR-10: 50 000 + 10 000 colour images of 32 × 32 in 10 classes."""

from pathlib import Path
from typing import ClassVar

from sigspike.files import cifar
from sigspike.files.folders import find
from sigspike.images.data.dataset import Dataset
from sigspike.images.data.remote import Remote
from sigspike.images.data.source import Source
from sigspike.images.place import place

# The university moved its pages to the first address; torchvision pins the md5 and names the
# second.
HOSTS = ("https://cave.cs.toronto.edu/kriz/", "https://www.cs.toronto.edu/~kriz/")


class CIFAR10(Source):
    """Krizhevsky's python batches (2009), in DATA_DIR/cifar-10-batches-py or DATA_DIR itself."""

    name: ClassVar[str] = "cifar10"
    remote: ClassVar[tuple[Remote, ...]] = (
        Remote(
            "cifar-10-python.tar.gz",
            "c58f30108f718f92721af3b95e74349a",
            HOSTS,
            unpacked="cifar-10-batches-py",
        ),
    )

    data_dir: Path = place("the folder with cifar-10-batches-py")

    def load(self) -> Dataset:
        folder = find(self.data_dir, "CIFAR-10") or self.data_dir
        train, test = (cifar.read(folder, names) for names in (cifar.TEN.train, cifar.TEN.test))
        return Dataset(self.name, *train, *test, cifar.class_names(folder))
