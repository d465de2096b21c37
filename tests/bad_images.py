"""Bad inputs of `sigspike.images`, as in bad_inputs: name, argument, value, action."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from sigspike.images import data, noise

PIXELS, LABELS = np.zeros((6, 4, 4, 3), np.uint8), np.arange(6) % 2
TINY = {
    "name": "tiny",
    "images": PIXELS,
    "labels": LABELS,
    "test_images": PIXELS,
    "test_labels": LABELS,
}


def dataset(**changes: Any) -> data.Dataset:
    return data.Dataset(**(TINY | {"classes": ("a", "b")} | changes))


def flip(
    law: Any, labels: Any = LABELS, n_classes: Any = 2, seed: Any = 0, images: Any = None
) -> Any:
    return law(labels, n_classes, seed, images)


def bridge_without_torch() -> Any:
    with mock.patch.dict(sys.modules, {"torch": None}):
        return importlib.import_module("sigspike.images.bridge")


HALF, IDN = noise.Symmetric(0.5), noise.InstanceDependent(0.5)
CASES: list[tuple[str, str, str, Callable[[], Any]]] = [
    ("too few image labels", "labels", "got 2", lambda: dataset(labels=LABELS[:2])),
    ("image labels from one", "labels", "got 2 at place 1", lambda: dataset(labels=LABELS + 1)),
    (
        "image labels that are floats",
        "test_labels",
        "float64",
        lambda: dataset(test_labels=LABELS / 2),
    ),
    ("images that are floats", "images", "float64", lambda: dataset(images=PIXELS / 255)),
    ("images without channels", "images", "(6, 4, 4)", lambda: dataset(images=PIXELS[..., 0])),
    (
        "images of four channels",
        "images",
        "(6, 4, 4, 4)",
        lambda: dataset(images=np.zeros((6, 4, 4, 4), np.uint8)),
    ),
    ("images that are a list", "images", "[1, 2]", lambda: dataset(images=[1, 2])),
    (
        "test images of another size",
        "test_images",
        "(4, 3, 3)",
        lambda: dataset(test_images=PIXELS[:, :, :3]),
    ),
    ("a class of no image", "labels", "'b'", lambda: dataset(labels=LABELS * 0)),
    ("subset of all", "size", "6", lambda: dataset().split(6, 0)),
    ("subset of a fractional size", "size", "2.5", lambda: dataset().split(2.5, 0)),
    ("subset with a negative seed", "seed", "-1", lambda: dataset().split(2, -1)),
    ("unknown data set", "name", "'cifar'", lambda: data.load("cifar")),
    ("unknown download", "name", "'digits'", lambda: data.fetch("digits", "/no/such")),
    ("data set without a folder", "data_dir", "None", lambda: data.load("cifar100")),
    (
        "option of no data set",
        "size",
        "cifar10",
        lambda: data.load("cifar10", data_dir="x", size=32),
    ),
    ("folder that is a number", "data_dir", "3", lambda: data.load("mnist", data_dir=3)),
    (
        "no such folder of images",
        "data_dir",
        "/no/such",
        lambda: data.load("folder", data_dir="/no/such"),
    ),
    (
        "no such folder of CIFAR-100",
        "data_dir",
        "cifar-100-python",
        lambda: data.load("cifar100", data_dir="/no/such"),
    ),
    ("two channels", "channels", "2", lambda: data.load("digits", channels=2)),
    ("digits that do not fit", "size", "33", lambda: data.load("digits", size=33)),
    ("noise rate above one", "rate", "1.2", lambda: noise.Symmetric(1.2)),
    ("negative noise rate", "rate", "-0.1", lambda: noise.Asymmetric(-0.1)),
    ("noise rate in words", "rate", "'half'", lambda: noise.InstanceDependent("half")),
    ("noise of no spread", "rate_std", "0", lambda: noise.InstanceDependent(0.5, 0)),
    ("unknown mapping", "mapping", "'nxt'", lambda: noise.Asymmetric(0.5, "nxt")),
    (
        "mapping of another length",
        "mapping",
        "got 2: (1, 0)",
        lambda: flip(noise.Asymmetric(0.5, (1, 0)), n_classes=3),
    ),
    ("mapping to no class", "mapping", "(1, 2)", lambda: flip(noise.Asymmetric(0.5, (1, 2)))),
    (
        "mapping of CIFAR-10 elsewhere",
        "mapping",
        "got 2",
        lambda: flip(noise.Asymmetric(0.5, "cifar10")),
    ),
    (
        "mapping of CIFAR-100 elsewhere",
        "mapping",
        "got 2",
        lambda: flip(noise.Asymmetric(0.5, "blocks")),
    ),
    ("noise of labels out of range", "labels", "got 2", lambda: flip(HALF, LABELS * 2)),
    ("noise of labels in a square", "labels", "(2, 3)", lambda: flip(HALF, LABELS.reshape(2, 3))),
    ("noise of one class", "n_classes", "1", lambda: flip(HALF, LABELS * 0, 1)),
    ("noise without a seed", "seed", "None", lambda: flip(HALF, seed=None)),
    ("noise of images without them", "images", "None", lambda: flip(IDN)),
    ("noise of other images", "labels", "got 6", lambda: flip(IDN, images=PIXELS[:4])),
    ("unknown human labels", "kind", "'wrst'", lambda: noise.Human("wrst", Path())),
    (
        "human labels from nowhere",
        "path",
        "/no/such",
        lambda: flip(noise.Human("worst", "/no/such")),
    ),
    ("noise file from nowhere", "path", "/no/such", lambda: flip(noise.FromFile("/no/such.npz"))),
    ("noise file of another kind", "path", "x.json", lambda: flip(HALF).save("x.json")),
    ("bridge without torch", "sigspike.images.bridge", "pip install", bridge_without_torch),
    (
        "noise file in no folder",
        "path",
        "/no/such/x.npz",
        lambda: flip(HALF).save("/no/such/x.npz"),
    ),
]
