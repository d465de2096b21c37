"""Where a data set lies in the folder that a user names."""

from pathlib import Path

PLACES = {"MNIST": ("mnist", "train-images-idx3-ubyte"), "CIFAR-10": ("cifar-10-batches-py", "data_batch_1")}


def find(data_dir: Path, name: str) -> Path | None:
    """The folder of a data set: DATA_DIR/mnist or DATA_DIR/cifar-10-batches-py, or DATA_DIR itself, whichever has
    its first file (None: neither).
    """
    inside, first = PLACES[name]
    folders = (Path(data_dir) / inside, Path(data_dir))
    return next((folder for folder in folders if any(folder.glob(f"{first}*"))), None)
