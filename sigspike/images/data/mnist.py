"""MNIST: 60 000 + 10 000 grey images of handwritten digits, 28 × 28."""

from typing import ClassVar

from sigspike.images.data.grey import GreyImages
from sigspike.images.data.remote import Remote

# torchvision's mirrors and md5 sums.
HOSTS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


class MNIST(GreyImages):
    """The four files of LeCun, Cortes and Burges, in DATA_DIR/mnist, DATA_DIR/MNIST/raw or DATA_DIR
    itself.
    """

    name: ClassVar[str] = "mnist"
    title: ClassVar[str] = "MNIST"
    other: ClassVar[str] = "Fashion-MNIST"
    equal_classes: ClassVar[bool] = False
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")
    remote: ClassVar[tuple[Remote, ...]] = (
        Remote("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", HOSTS, "mnist"),
        Remote("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", HOSTS, "mnist"),
        Remote("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", HOSTS, "mnist"),
        Remote("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", HOSTS, "mnist"),
    )
