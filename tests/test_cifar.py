"""CIFAR-10's python batches: read as written, and nothing in them is run."""

import os
import pickle

import numpy as np
import pytest

import sigspike as ss
from sigspike.files import cifar
from sigspike.foundation.check import Refusal

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 3, 32, 32), dtype=np.uint8)
LABELS = [0, 1, 9, 1]


def dump(path, content, protocol=2):
    path.write_bytes(pickle.dumps(content, protocol=protocol))


def batch(**changes):
    content = {b"data": PIXELS.reshape(4, -1), b"labels": LABELS, b"batch_label": b"one"}
    return content | {key.encode(): value for key, value in changes.items()}


@pytest.fixture
def folder(tmp_path):
    """Six small batches and the names of the classes."""
    for name in (*cifar.TRAIN, *cifar.TEST):
        dump(tmp_path / name, batch())
    dump(tmp_path / "batches.meta", {b"label_names": [b"airplane", b"automobile"]})
    return tmp_path


def test_batches_are_read_as_written(folder):
    images, labels = cifar.read(folder, cifar.TRAIN)
    assert images.shape == (20, 32, 32, 3)
    np.testing.assert_array_equal(images[4:8].transpose(0, 3, 1, 2), PIXELS)
    assert labels.tolist() == LABELS * 5
    assert cifar.class_names(folder) == ("airplane", "automobile")


@pytest.mark.parametrize("inside", ["", "cifar-10-batches-py"])
def test_two_classes_become_image_patches(folder, inside, tmp_path_factory):
    if inside:
        above = tmp_path_factory.mktemp("data")
        folder = folder.rename(above / inside).parent
    problem = ss.ImagePatches.cifar10(folder, classes=(1, 9), normalization=64.0)
    assert problem.patch_dim == 3072
    assert list(problem.test_labels) == [-1, 1, -1]
    np.testing.assert_array_equal(problem.test_images[1], PIXELS[2].transpose(1, 2, 0))


class Hostile:
    """A pickle that calls something when it is read."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        function, *arguments = self.call
        return function, tuple(arguments)


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("where", ["everything", "data"])
def test_a_hostile_pickle_is_refused_and_not_run(folder, where, protocol):
    trap = folder / "trap"
    for call in (
        (os.mkdir, str(trap)),
        (eval, f"__import__('os').mkdir({str(trap)!r})"),
        (getattr, "x", "upper"),
    ):
        attack = Hostile(*call)
        dump(
            folder / "data_batch_3",
            attack if where == "everything" else batch(data=attack),
            protocol,
        )
        with pytest.raises(Refusal, match="no array needs"):
            cifar.read(folder, cifar.TRAIN)
        assert not trap.exists()


BROKEN = {
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:5000]), "no batch of CIFAR-10"),
    "empty": (lambda path: path.write_bytes(b""), "no batch of CIFAR-10"),
    "text": (lambda path: path.write_text("airplane"), "no batch of CIFAR-10"),
    "missing": (lambda path: path.unlink(), "holds no file test_batch"),
    "one row": (
        lambda path: dump(path, batch(data=PIXELS[0].ravel(), labels=[0])),
        r"rows \(3072,\)",
    ),
    "a list": (lambda path: dump(path, [1, 2]), "got list"),
    "no data": (lambda path: dump(path, {b"labels": LABELS}), "rows None and 4 labels"),
    "other images": (
        lambda path: dump(path, batch(data=np.zeros((4, 784), np.uint8))),
        r"rows \(4, 784\)",
    ),
    "other numbers": (lambda path: dump(path, batch(data=np.zeros((4, 3072)))), "rows None"),
    "labels missing": (lambda path: dump(path, batch(labels=LABELS[:3])), "and 3 labels"),
    "labels beyond": (lambda path: dump(path, batch(labels=[0, 1, 2, 10])), "from 0 to 9"),
    "labels of words": (lambda path: dump(path, batch(labels=[b"a"] * 4)), "from 0 to 9"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_batch_is_refused_in_one_sentence(folder, name):
    spoil, words = BROKEN[name]
    spoil(folder / "test_batch")
    with pytest.raises(Refusal, match=words) as refusal:
        ss.ImagePatches.cifar10(folder)
    assert "`data_dir`" in str(refusal.value)
    assert "test_batch" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_nameless_classes_are_refused(folder):
    dump(folder / "batches.meta", {b"label_names": "airplane"})
    with pytest.raises(Refusal, match="names no classes"):
        cifar.class_names(folder)


def test_the_official_batches(data_dir):
    folder = data_dir / "cifar-10-batches-py"
    assert cifar.class_names(folder)[:2] == ("airplane", "automobile")
    problem = ss.ImagePatches.cifar10(data_dir)
    counts = [
        int(np.sum(labels == side))
        for labels in (problem.labels, problem.test_labels)
        for side in (-1, 1)
    ]
    assert counts == [5000, 5000, 1000, 1000]
    assert float(problem.images.max()) == 255
