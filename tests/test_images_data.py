"""Data sets of images: official formats read as written, folders, splits and refusals."""

import gzip
import pickle
import struct
import sys

import numpy as np
import pytest
from PIL import Image

from sigspike.foundation.check import Refusal
from sigspike.images import data
from sigspike.images.data.subset import share_of_each

GENERATOR = np.random.default_rng(0)
PIXELS = GENERATOR.integers(0, 256, (100, 3, 32, 32), dtype=np.uint8)


def tiny(**changes):
    """A data set of six images in two classes."""
    images, labels = np.zeros((6, 4, 4, 3), np.uint8), np.arange(6) % 2
    parts = {
        "name": "tiny",
        "images": images,
        "labels": labels,
        "test_images": images,
        "test_labels": labels,
    }
    return data.Dataset(**(parts | {"classes": ("a", "b")} | changes))


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_cifar100(folder, n_images):
    """CIFAR-100's three files; image i has fine class i and coarse class i mod 20."""
    (folder / "cifar-100-python").mkdir(exist_ok=True)
    numbers = [b"%d" % n for n in range(100)]
    names = {b"fine_label_names": numbers, b"coarse_label_names": numbers[:20]}
    labels = {
        b"fine_labels": list(range(n_images)),
        b"coarse_labels": [n % 20 for n in range(n_images)],
    }
    content = labels | {b"data": PIXELS[:n_images].reshape(n_images, -1)}
    for name, part in (("meta", names), ("train", content), ("test", content)):
        (folder / "cifar-100-python" / name).write_bytes(pickle.dumps(part, protocol=2))


@pytest.fixture
def cifar100(tmp_path):
    write_cifar100(tmp_path, 100)
    return tmp_path


@pytest.mark.parametrize(("labels", "n_classes"), [("fine", 100), ("coarse", 20)])
def test_cifar100_has_fine_and_coarse_labels(cifar100, labels, n_classes):
    found = data.load("cifar100", data_dir=cifar100, labels=labels)
    np.testing.assert_array_equal(found.images.transpose(0, 3, 1, 2), PIXELS)
    assert (
        found.labels.tolist() == found.test_labels.tolist() == [n % n_classes for n in range(100)]
    )
    assert found.classes == tuple(str(n) for n in range(n_classes))


def test_a_class_without_a_sample_is_refused(tmp_path):
    write_cifar100(tmp_path, 97)
    with pytest.raises(
        Refusal, match=r"`labels` must hold every class .* no sample of '97' \(class 97; 3 such\)"
    ):
        data.load("cifar100", data_dir=tmp_path)


def test_a_hostile_batch_of_cifar100_is_refused_and_not_run(cifar100):
    class Hostile:
        def __reduce__(self):
            return exec, (f"open({str(cifar100 / 'trap')!r}, 'w').close()",)

    (cifar100 / "cifar-100-python" / "train").write_bytes(pickle.dumps({b"data": Hostile()}))
    with pytest.raises(
        Refusal, match=r"no batch of CIFAR-100 \(it asks for builtins.exec, which no array needs\)"
    ):
        data.load("cifar100", data_dir=cifar100)
    assert not (cifar100 / "trap").exists()


def test_a_truncated_batch_is_refused(cifar100):
    file = cifar100 / "cifar-100-python" / "test"
    file.write_bytes(file.read_bytes()[:9000])
    with pytest.raises(Refusal, match=r"`data_dir` file .*test is no batch of CIFAR-100"):
        data.load("cifar100", data_dir=cifar100)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_grey_images_stand_in_a_black_frame(tmp_path, name, compressed):
    grey = GENERATOR.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    labels = np.arange(20, dtype=np.uint8) % 10
    for part in ("train", "t10k"):
        for kind, array in (("images-idx3", grey), ("labels-idx1", labels)):
            raw = (
                bytes([0, 0, 8, array.ndim])
                + struct.pack(f">{array.ndim}I", *array.shape)
                + array.tobytes()
            )
            path = tmp_path / name / f"{part}-{kind}-ubyte{'.gz' if compressed else ''}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(gzip.compress(raw) if compressed else raw)
    found = data.load(name, data_dir=tmp_path)
    assert found.images.shape == (20, 32, 32, 3)
    for channel in range(3):
        np.testing.assert_array_equal(found.images[:, 2:30, 2:30, channel], grey)
    assert found.images.sum(dtype=np.int64) == 3 * grey.sum(dtype=np.int64)
    assert data.load(name, data_dir=tmp_path, size=28, channels=1).images.shape == (20, 28, 28, 1)
    with pytest.raises(Refusal, match="`size` must be at least 28, the side of the images, got 27"):
        data.load(name, data_dir=tmp_path, size=27)


def test_digits_need_no_file():
    found, small = data.load("digits"), data.load("digits", size=8, channels=1)
    assert found.images.shape == (1437, 32, 32, 3)
    assert np.bincount(found.test_labels).tolist() == [36] * 10
    blocks = found.images.reshape(-1, 8, 4, 8, 4, 3)
    np.testing.assert_array_equal(
        blocks, np.broadcast_to(small.images.reshape(-1, 8, 1, 8, 1, 1), blocks.shape)
    )
    assert sorted(np.unique(small.images)) == [round(level * 255 / 16) for level in range(17)]
    train, test = (
        {image.tobytes() for image in part} for part in (small.images, small.test_images)
    )
    assert not train & test


def test_without_scikit_learn_digits_say_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(Refusal, match=r"pip install scikit-learn"):
        data.load("digits")


@pytest.fixture
def photos(tmp_path):
    """Two classes of five and ten colour images of 6 × 5 pixels."""
    for name, n in (("cat", 5), ("ant", 10)):
        for number in range(n):
            save(
                tmp_path / name / f"{number}.png",
                GENERATOR.integers(0, 256, (5, 6, 3), dtype=np.uint8),
            )
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    return tmp_path


def test_a_folder_of_images_is_read_in_the_order_of_names(photos):
    found = data.load("folder", data_dir=photos, test_share=0.4)
    assert found.classes == ("ant", "cat")
    assert np.bincount(found.labels).tolist() == [6, 3]
    assert np.bincount(found.test_labels).tolist() == [4, 2]
    originals = {np.asarray(Image.open(file)).tobytes() for file in photos.glob("*/*.png")}
    assert {image.tobytes() for image in (*found.images, *found.test_images)} == originals
    grey = data.load("folder", data_dir=photos, size=4, channels=1)
    assert grey.images.shape == (12, 4, 4, 1)


@pytest.mark.parametrize("name", ["test", "val"])
def test_a_folder_may_come_split(photos, name, tmp_path_factory):
    split = tmp_path_factory.mktemp("split")
    photos.rename(split / "train")
    for label in ("ant", "cat"):
        save(split / name / label / "0.jpg", np.full((5, 6), 128, np.uint8))
    found = data.load("folder", data_dir=split)
    assert (found.images.shape, found.test_images.shape) == ((15, 5, 6, 3), (2, 5, 6, 3))
    assert found.test_labels.tolist() == [0, 1]
    (split / name / "ant").rename(split / name / "bee")
    with pytest.raises(Refusal, match=f"same classes in train and {name}, got 'ant' in one"):
        data.load("folder", data_dir=split)


def spoil_size(photos):
    save(photos / "cat" / "9.png", np.zeros((7, 8, 3), np.uint8))


def spoil_depth(photos):
    save(photos / "cat" / "9.png", np.zeros((5, 6), np.uint16))


SPOILT = {
    "two sizes": (
        spoil_size,
        r"got 6 × 5 in .*0\.png and 8 × 7 in .*cat.9\.png; size=32 \(say\) resizes them",
    ),
    "sixteen bits": (spoil_depth, "got mode I;16 in .*9.png"),
    "cut short": (
        lambda photos: (photos / "ant" / "0.png").write_bytes(b"\x89PNG\r\n\x1a\n"),
        "no readable image",
    ),
    "text": (
        lambda photos: (photos / "ant" / "3.png").write_text("ant"),
        "ant.3.png is no readable image",
    ),
    "empty class": (lambda photos: (photos / "dog").mkdir(), "no sample in .*dog; remove"),
    "one class": (
        lambda photos: (photos / "cat").rename(photos / ".cat"),
        "two or more classes, got 1",
    ),
    "no folder": (
        lambda photos: photos.rename(photos.with_name("gone")),
        "must be a folder with images",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_folder_is_refused_in_one_sentence(photos, name):
    spoil, words = SPOILT[name]
    spoil(photos)
    with pytest.raises(Refusal, match=words) as refusal:
        data.load("folder", data_dir=photos)
    assert "`data_dir`" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_mixed_sizes_are_resized_on_request(photos):
    spoil_size(photos)
    assert data.load("folder", data_dir=photos, size=5).images.shape[1:] == (5, 5, 3)


@pytest.mark.parametrize("balanced", [True, False])
@pytest.mark.parametrize("size", [50, 0.1])
def test_a_clean_subset_and_the_rest_are_all_images(balanced, size):
    labels = np.repeat(np.arange(4), [50, 100, 150, 200])
    subset, rest = data.split(labels, size, seed=3, balanced=balanced)
    assert len(subset) == 50
    assert sorted([*subset, *rest]) == list(range(500))
    counts = np.bincount(labels[subset], minlength=4)
    assert sorted(counts) == [12, 12, 13, 13] if balanced else sorted(counts) != [12, 12, 13, 13]
    again, other = (data.split(labels, size, seed, balanced).subset for seed in (3, 4))
    np.testing.assert_array_equal(again, subset)
    assert not np.array_equal(other, subset)


def test_unbalanced_subsets_are_uniform_over_images():
    hits = np.zeros(12)
    for seed in range(600):
        hits[data.split(np.zeros(12, np.int64), 3, seed, balanced=False).subset] += 1
    assert np.abs(hits - 150).max() < 5 * np.sqrt(600 * 0.25 * 0.75)


def test_a_share_of_each_class_is_its_share():
    labels = np.repeat(np.arange(3), [1, 10, 35])
    assert np.bincount(labels[share_of_each(labels, 0.2, 0).subset]).tolist() == [1, 2, 7]


def test_a_subset_larger_than_a_class_is_refused():
    with pytest.raises(
        Refusal, match=r"`size` must leave at most 3 for class 0, .* got 40: 20 of each class"
    ):
        data.split(np.repeat([0, 1], [3, 50]), 40, 0)
    for size in (0, 6, -1, 0.01, 2.5):
        with pytest.raises(Refusal, match="`size` must be a"):
            tiny().split(size, 0)


def test_normalization_is_that_of_the_training_pixels():
    images = GENERATOR.integers(0, 256, (1203, 4, 5, 3), dtype=np.uint8)
    mean, std = data.Dataset(
        "x", images, np.arange(1203) % 2, images[:1], np.array([0]), ("a", "b")
    ).normalization()
    pixels = images.astype(float) / 255
    np.testing.assert_allclose(mean, pixels.mean((0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(std, pixels.std((0, 1, 2)), rtol=1e-12)


BAD = {
    "label too large": (
        {"labels": np.array([0, 1, 2, 0, 1, 0])},
        r"`labels` must lie from 0 to 1, got 2 at place 2",
    ),
    "label below zero": (
        {"test_labels": np.array([0, 1, -1, 0, 1, 0])},
        r"`test_labels` must lie .* got -1",
    ),
    "a class of none": ({"labels": np.zeros(6, np.int64)}, "no sample of 'b'"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_data_set_is_refused(name):
    changes, words = BAD[name]
    with pytest.raises(Refusal, match=words):
        tiny(**changes)


def test_an_unknown_name_or_option_is_refused():
    with pytest.raises(Refusal, match="did you mean 'cifar10'"):
        data.load("cifar-10")
    with pytest.raises(Refusal, match="`data_dir` must be given for mnist, got None"):
        data.load("mnist")
    with pytest.raises(Refusal, match=r"`siz` is no option of digits.*did you mean 'size'"):
        data.load("digits", siz=32)
    with pytest.raises(Refusal, match="`data_dir` must be a Path, got 3"):
        data.load("cifar10", data_dir=3)


def test_the_official_files(data_dir):
    found = data.load("cifar10", data_dir=data_dir)
    assert (found.images.shape, found.test_images.shape) == ((50000, 32, 32, 3), (10000, 32, 32, 3))
    assert found.labels[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert np.bincount(found.labels).tolist() == [5000] * 10
    assert found.classes[::9] == ("airplane", "truck")
    np.testing.assert_allclose(found.normalization(), data.PUBLISHED["cifar10"], atol=6e-5)
    blue = found.images[..., 2].reshape(-1, 1024).astype(np.float32)
    of_images = blue.std(1, ddof=1).mean() / 255
    assert abs(of_images - data.PUBLISHED["cifar10-per-image"].std[2]) < 6e-5
    digits = data.load("mnist", data_dir=data_dir, size=28, channels=1)
    assert digits.images.shape == (60000, 28, 28, 1)
    np.testing.assert_allclose(digits.normalization(), data.PUBLISHED["mnist"], atol=6e-5)
    with pytest.raises(Refusal, match="must hold Fashion-MNIST, got MNIST's files"):
        data.load("fashion_mnist", data_dir=data_dir / "mnist")
