"""The words of the grammar that the older papers do not use, each with what is known of it."""

from sigspike.papers.figure import Figure
from sigspike.papers.vocabulary.attention import Attention
from sigspike.papers.vocabulary.many_classes import ManyClasses
from sigspike.papers.vocabulary.mixup import Mixup
from sigspike.papers.vocabulary.one_vector import OneVector
from sigspike.papers.vocabulary.private_noise import PrivateNoise
from sigspike.papers.vocabulary.second_layer import SecondLayer
from sigspike.papers.vocabulary.sparse_noise import SparseNoise
from sigspike.papers.vocabulary.weak_feature import WeakFeature

FIGURES: tuple[type[Figure], ...] = (
    ManyClasses,
    Attention,
    PrivateNoise,
    WeakFeature,
    Mixup,
    SparseNoise,
    SecondLayer,
    OneVector,
)
