"""Fashion-MNIST: 60 000 + 10 000 grey images of clothes, 28 × 28."""

from typing import ClassVar

from sigspike.images.data.grey import GreyImages
from sigspike.images.data.remote import Remote

# The authors' two addresses; torchvision pins the same md5 sums.
HOSTS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
)


class FashionMNIST(GreyImages):
    """The four files of Xiao, Rasul and Vollgraf (2017), in DATA_DIR/fashion_mnist,
    DATA_DIR/FashionMNIST/raw or DATA_DIR itself.
    """

    name: ClassVar[str] = "fashion_mnist"
    title: ClassVar[str] = "Fashion-MNIST"
    other: ClassVar[str] = "MNIST"
    equal_classes: ClassVar[bool] = True
    classes: ClassVar[tuple[str, ...]] = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    remote: ClassVar[tuple[Remote, ...]] = (
        Remote(
            "train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", HOSTS, "fashion_mnist"
        ),
        Remote(
            "train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", HOSTS, "fashion_mnist"
        ),
        Remote(
            "t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", HOSTS, "fashion_mnist"
        ),
        Remote(
            "t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310", HOSTS, "fashion_mnist"
        ),
    )
