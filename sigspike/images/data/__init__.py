"""Data sets of images, one per file, and their download."""

from sigspike.images.data.cifar10 import CIFAR10 as CIFAR10
from sigspike.images.data.cifar100 import CIFAR100 as CIFAR100
from sigspike.images.data.dataset import Dataset as Dataset
from sigspike.images.data.digits import Digits as Digits
from sigspike.images.data.download import fetch as fetch
from sigspike.images.data.fashion_mnist import FashionMNIST as FashionMNIST
from sigspike.images.data.frequency_noise import (
    with_high_frequency_noise as with_high_frequency_noise,
)
from sigspike.images.data.image_folder import ImageFolder as ImageFolder
from sigspike.images.data.mnist import MNIST as MNIST
from sigspike.images.data.normalization import PUBLISHED as PUBLISHED
from sigspike.images.data.normalization import Normalization as Normalization
from sigspike.images.data.restriction import fewer as fewer
from sigspike.images.data.restriction import of_classes as of_classes
from sigspike.images.data.source import Source as Source
from sigspike.images.data.source import load as load
from sigspike.images.data.source import sources as sources
from sigspike.images.data.subset import Split as Split
from sigspike.images.data.subset import split as split

DATASETS = sources()
