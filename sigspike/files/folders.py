"""Where a data set lies in the folder that a user names."""

from pathlib import Path

# Its usual folders (the second as torchvision lays it out), and its first file.
PLACES = {
    "MNIST": (("mnist", "MNIST/raw"), "train-images-idx3-ubyte"),
    "CIFAR-10": (("cifar-10-batches-py",), "data_batch_1"),
    "CIFAR-100": (("cifar-100-python",), "train"),
    "Fashion-MNIST": (("fashion_mnist", "FashionMNIST/raw"), "train-images-idx3-ubyte"),
}


def find(data_dir: Path, name: str) -> Path | None:
    """The folder of a data set: one of its usual folders in DATA_DIR (mnist, cifar-10-batches-py,
    …), or DATA_DIR itself, whichever has its first file, compressed or not (None: none has).
    """
    usual, first = PLACES[name]
    folders = [Path(data_dir) / inside for inside in usual] + [Path(data_dir)]
    files = (first, f"{first}.gz")
    return next(
        (folder for folder in folders if any((folder / file).is_file() for file in files)), None
    )
