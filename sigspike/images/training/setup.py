"""What a training needs at hand: images on the device, labels, splits, what methods may know."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key, UInt8

from sigspike.foundation.check import Refusal
from sigspike.foundation.description import describe
from sigspike.images.data import PUBLISHED, Dataset
from sigspike.images.labels import check_lengths
from sigspike.images.methods import Facts, Model, State, Weights
from sigspike.images.networks import ImageNetwork
from sigspike.images.noise import NoisyLabels
from sigspike.images.training.parts import Held, parts_of
from sigspike.images.training.training import Training

Bytes = UInt8[Array, "image row column channel"]


class Part(NamedTuple):
    """Images and labels on the device."""

    images: Bytes
    labels: Int[Array, " image"]


class Data(NamedTuple):
    """Training images with noisy labels, the clean subset (None without one), and how pixels are
    normalised.
    """

    train: Part
    clean: Part | None
    mean: Float[Array, " channel"]
    std: Float[Array, " channel"]

    def normalised(self, images: Bytes) -> Float[Array, "image row column channel"]:
        """(x/255 − mean)/std."""
        values = images.astype(self.mean.dtype) / 255
        return (values - self.mean[None, None, None]) / self.std[None, None, None]


@dataclass(frozen=True, eq=False)
class Setup:
    """A training with its images, ready to begin.

    ``ids`` are the places of the training images in the data set, ``labels`` their noisy labels,
    ``truth`` the true ones (None where unknown), both on the host; ``files`` are the images' own,
    where they have any.
    """

    training: Training
    data: Data
    test: Part
    validation: Part | None
    ids: Int[np.ndarray, " image"]
    labels: Int[np.ndarray, " image"]
    truth: Int[np.ndarray, " image"] | None
    files: tuple[str, ...]
    facts: Facts
    description: dict[str, Any]

    @classmethod
    def of(cls, training: Training, dataset: Dataset, noisy: NoisyLabels) -> "Setup":
        """Checked, split and brought to the device."""
        _check_kinds(dataset, noisy)
        network = training.network.of_data(dataset.n_classes, dataset.images.shape[-1])
        training = replace(training, network=network)
        _check(network, dataset, noisy)
        clean, validation, ids = parts_of(training, dataset, noisy)
        mean, std = _normalization(training.normalization, dataset)
        labels = noisy.labels[ids]
        truth = None if noisy.truth is None else noisy.truth[ids]
        train = _part(dataset.images[ids], labels)
        data = Data(train, _on_device(clean), mean, std)
        facts = Facts(
            training.network,
            labels,
            dataset.n_classes,
            dataset.images.shape[1:],
            _transition(labels, truth, dataset.n_classes),
            training.steps(len(ids)),
            training.epochs,
        )
        about = {"training": describe(training), "data": _about(dataset), "noise": noisy.describe()}
        about["precision"] = str(jnp.result_type(float))
        about["pixels"] = {"mean": np.asarray(mean).tolist(), "std": np.asarray(std).tolist()}
        test = _part(dataset.test_images, dataset.test_labels)
        files = tuple(dataset.files[place] for place in ids) if dataset.files else ()
        held = _on_device(validation)
        return cls(training, data, test, held, ids, labels, truth, files, facts, about)

    @property
    def flipped(self) -> Bool[np.ndarray, " image"] | None:
        """Which training labels are wrong."""
        return None if self.truth is None else self.labels != self.truth

    def begin(self) -> State:
        """The state before the first step."""
        key, own = jax.random.split(jax.random.key(self.training.seed))
        transform = self.training.optimiser.transformation()
        models = []
        for number in range(self.training.method.n_models):
            network_key, extra_key = jax.random.split(jax.random.fold_in(key, number))
            params, buffers = self.training.network.init(network_key)
            weights = Weights(params, self.training.method.extra(self.facts, extra_key))
            models.append(Model(weights, buffers, transform.init(weights)))  # type: ignore[arg-type]
        carried = self.training.method.carried(self.facts, tuple(models), own)
        return State(tuple(models), carried, jnp.zeros((), int))

    def epoch_key(self, epoch: int) -> Key[Array, ""]:
        """The randomness of one epoch: the same however the training got there."""
        return jax.random.fold_in(jax.random.fold_in(jax.random.key(self.training.seed), 1), epoch)


def _check_kinds(dataset: Dataset, noisy: NoisyLabels) -> None:
    for name, value, kind in (("dataset", dataset, Dataset), ("noisy", noisy, NoisyLabels)):
        if not isinstance(value, kind):
            raise Refusal(f"`{name}` must be {kind.__name__}, got {type(value).__name__}")


def _check(network: ImageNetwork, dataset: Dataset, noisy: NoisyLabels) -> None:
    check_lengths("noisy", len(noisy.labels), len(dataset.labels))
    for name, found, wanted in (
        ("network.n_classes", network.n_classes, dataset.n_classes),
        ("network.in_channels", network.in_channels, dataset.images.shape[-1]),
        ("noisy.n_classes", noisy.n_classes, dataset.n_classes),
    ):
        if found != wanted:
            raise Refusal(
                f"`{name}` must be {wanted}, as in {dataset.name}, got {found}; leave it out"
            )


def _normalization(
    name: str, dataset: Dataset
) -> tuple[Float[Array, " channel"], Float[Array, " channel"]]:
    found = dataset.normalization() if name == "data" else PUBLISHED[name]
    n_channels = dataset.images.shape[-1]
    if len(found.mean) != n_channels:
        raise Refusal(
            f"`normalization` must be one of {n_channels} channels, as in {dataset.name}, "
            f"got {name!r}"
        )
    mean, std = (jnp.asarray(values, jnp.result_type(float)) for values in found)
    return mean, jnp.where(std > 0, std, 1)


def _part(images: np.ndarray, labels: np.ndarray) -> Part:
    return Part(jnp.asarray(images), jnp.asarray(labels.astype(np.int32)))


def _on_device(held: Held | None) -> Part | None:
    return None if held is None else _part(held.images, held.labels)


def _transition(labels: np.ndarray, truth: np.ndarray | None, n_classes: int) -> np.ndarray | None:
    """P(ỹ = j | y = i) as counted; a class without images stays itself."""
    if truth is None:
        return None
    counts = np.zeros((n_classes, n_classes))
    np.add.at(counts, (truth, labels), 1)
    total = counts.sum(1, keepdims=True)
    return np.where(total > 0, counts / np.maximum(total, 1), np.eye(n_classes))


def _about(dataset: Dataset) -> dict[str, Any]:
    digest = hashlib.sha256()
    for array in (
        *(dataset.images, dataset.labels, dataset.test_images, dataset.test_labels),
        *(dataset.clean_images, dataset.clean_labels),
    ):
        if array is not None:
            digest.update(np.ascontiguousarray(array).tobytes())
    n_clean = 0 if dataset.clean_labels is None else len(dataset.clean_labels)
    return {
        "name": dataset.name,
        "n_images": len(dataset.labels),
        "n_test": len(dataset.test_labels),
        "n_clean": n_clean,
        "shape": list(dataset.images.shape[1:]),
        "classes": list(dataset.classes),
        "reading": list(dataset.reading),
        "true_test_labels": dataset.true_test_labels,
        "remarks": list(dataset.remarks),
        "sha256": digest.hexdigest(),
    }
