"""A folder of somebody's own images: what is read of it, and what is said to be known."""

import os
import pickle
from dataclasses import replace

import jax
import numpy as np
import pytest
from own_folders import CLASSES, bars
from PIL import Image
from tiny_training import DATASET, TRAINING

from sigspike.foundation.check import Refusal
from sigspike.images import data, methods, noise
from sigspike.images.data.image_files import files_below
from sigspike.images.networks import ResNet
from sigspike.images.training import train
from sigspike.images.training.setup import Setup


@pytest.fixture
def mine(tmp_path):
    bars(tmp_path / "mine", 6, wrong=2)
    return tmp_path / "mine"


OPINION = "predicted,probability,probability_of_label"


def torchvisions(folder):
    """What ``torchvision.datasets.folder.make_dataset`` (0.20) lists, written out anew."""
    endings = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
    found = []
    for root, _, names in sorted(os.walk(folder, followlinks=True)):
        found += [f"{root}{os.sep}{name}" for name in sorted(names)]
    return [path for path in found if path.lower().endswith(endings)]


def test_every_file_that_torchvision_loads_is_loaded_in_its_order(mine, tmp_path):
    bars(mine / "cat" / "2024" / "may", 1, seed=1)
    bars(tmp_path / "elsewhere", 2, seed=2)
    (mine / "cat" / "link").symlink_to(tmp_path / "elsewhere")
    (mine / "cat" / "round").symlink_to(mine / "cat")
    Image.new("RGB", (16, 16)).save(mine / "cat" / "a.PNG")
    (mine / "cat" / "round").unlink()
    found = [str(path) for path in files_below(mine / "cat").images]
    assert found == torchvisions(mine / "cat")
    (mine / "cat" / "round").symlink_to(mine / "cat")
    assert [str(path) for path in files_below(mine / "cat").images] == found
    Image.new("RGB", (16, 16)).save(mine / "cat" / "b.jfif", "JPEG")
    read = data.load("folder", data_dir=mine, test_share=0.01)
    assert len(read.files) + len(read.test_labels) == 18 + 3 + 6 + 2
    assert "cat/b.jfif" in read.files


def test_what_is_left_out_is_named(mine):
    (mine / "cat" / "notes.txt").write_text("no image")
    bars(mine / ".hidden", 1)
    read = data.load("folder", data_dir=mine)
    assert any(
        "1 files that are no images by their names" in r and "notes.txt" in r for r in read.remarks
    )
    assert any("folders whose names begin with a dot: .hidden" in r for r in read.remarks)


def test_all_bad_files_stand_in_one_message(mine):
    bad = [mine / CLASSES[number % 3] / f"._{number}.png" for number in range(4)]
    for file in bad:
        file.write_bytes(b"\0\5\x16\7 Mac OS X")
    Image.fromarray(np.zeros((16, 16), np.uint16)).save(mine / "owl" / "deep.png")
    with pytest.raises(Refusal, match="got 5 of 23 files that are not") as refusal:
        data.load("folder", data_dir=mine)
    for name in (*(file.name for file in bad), "got mode I;16 in"):
        assert name in str(refusal.value)
    assert "--skip-bad" in str(refusal.value)
    read = data.load("folder", data_dir=mine, skip_bad=True, test_share=0.01)
    assert len(read.files) + len(read.test_labels) == 18
    assert any("5 files that cannot be read" in remark for remark in read.remarks)


def test_channels_are_those_of_the_images(tmp_path):
    bars(tmp_path / "grey", 3, mode="L")
    own = noise.labelled(data.load("folder", data_dir=tmp_path / "grey"), noise.AsGiven())
    assert own.dataset.images.shape[1:] == (16, 16, 1)
    open_network = replace(TRAINING, network=ResNet(depth=10, width=1, in_channels=0), batch_size=2)
    assert Setup.of(open_network, *own).training.network == ResNet(
        3, depth=10, width=1, in_channels=1
    )
    with pytest.raises(Refusal, match="`n_classes` must be above 0 for initial values, got 0"):
        open_network.network.init(jax.random.key(0))
    bars(tmp_path / "mixed", 3, mode="L")
    bars(tmp_path / "mixed", 1, seed=1)
    mixed = data.load("folder", data_dir=tmp_path / "mixed")
    assert mixed.images.shape[1:] == (16, 16, 3)
    grey = mixed.images[[file.endswith("_001.png") for file in mixed.files]]
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])


def test_a_whole_folder_is_trained_on_where_another_is_tested(mine, tmp_path):
    bars(tmp_path / "test", 2, seed=1)
    bars(tmp_path / "clean", (1, 2, 3), seed=2)
    folders = {"test_dir": tmp_path / "test", "clean_dir": tmp_path / "clean"}
    read = data.load("folder", data_dir=mine, **folders)
    assert (len(read.labels), read.test_labels.tolist()) == (18, [0, 0, 1, 1, 2, 2])
    assert read.clean_labels is not None
    assert read.clean_labels.tolist() == [0, 1, 1, 2, 2, 2]
    assert (read.true_labels, read.true_test_labels, read.remarks) == (False, True, ())
    for name in folders:
        (tmp_path / name[:-4] / "owl").rename(tmp_path / name[:-4] / "emu")
        words = f"`{name}` must have the same classes in mine and {name[:-4]}, got 'emu'"
        with pytest.raises(Refusal, match=words):
            data.load("folder", data_dir=mine, **folders)
        (tmp_path / name[:-4] / "emu").rename(tmp_path / name[:-4] / "owl")


def test_a_lone_image_is_trained_on_and_a_share_is_of_unknown_truth(mine):
    Image.new("RGB", (16, 16)).save((mine / "cat").with_name("elk.png"))
    (mine / "elk").mkdir()
    (mine / "elk.png").rename(mine / "elk" / "1.png")
    read = data.load("folder", data_dir=mine)
    assert np.bincount(read.labels)[read.classes.index("elk")] == 1
    assert not read.true_test_labels
    assert any(remark.startswith("test labels are of unknown truth") for remark in read.remarks)
    assert any("class 'elk' has one image" in remark for remark in read.remarks)
    known = data.load("folder", data_dir=mine, labels="true")
    assert known.true_test_labels
    assert not any("unknown truth" in remark for remark in known.remarks)


def test_nobody_is_told_a_truth_that_nobody_knows(mine, tmp_path):
    own = data.load("folder", data_dir=mine)
    given = noise.labelled(own, noise.AsGiven())
    assert given.noisy.truth is None
    assert given.noisy.realised_rate is None
    np.testing.assert_array_equal(given.noisy.labels, own.labels)
    assert noise.labelled(own, noise.Symmetric(0.0)).noisy.truth is None
    np.save(tmp_path / "labels.npy", np.roll(own.labels, 1))
    file = noise.labelled(own, noise.FromFile(tmp_path / "labels.npy")).noisy
    np.testing.assert_array_equal(file.labels, np.roll(own.labels, 1))
    assert file.truth is None
    asked = noise.labelled(own, noise.Symmetric(0.5))
    assert asked.noisy.realised_rate == int(0.5 * len(own.labels)) / len(own.labels)
    assert any("taken as the truth" in remark for remark in asked.dataset.remarks)
    assert noise.labelled(DATASET, noise.FromFile(_saved(tmp_path))).noisy.realised_rate is not None


def _saved(folder):
    return noise.labelled(DATASET, noise.Symmetric(0.3)).noisy.save(folder / "noise.npz")


def test_clean_images_are_never_drawn_from_labels_of_unknown_truth(mine, tmp_path):
    bars(tmp_path / "clean", (2, 3, 4), seed=2)
    own = noise.labelled(data.load("folder", data_dir=mine), noise.AsGiven())
    small = replace(TRAINING, network=ResNet(depth=10, width=1, in_channels=0), batch_size=8)
    for name in ("clean_size", "validation_size"):
        with pytest.raises(
            Refusal, match=f"`{name}` must be 0 for folder, .* unknown truth, got 3"
        ):
            Setup.of(replace(small, **{name: 3}), *own)
    beside = data.load("folder", data_dir=mine, clean_dir=tmp_path / "clean")
    held = replace(small, clean_size=6, validation_size=3, method=methods.FeatureReweighting())
    setup = Setup.of(held, beside, noise.labelled(beside, noise.AsGiven()).noisy)
    assert len(setup.ids) == len(beside.labels)
    assert (setup.truth, setup.validation is None) == (None, False)
    taken = [setup.data.clean, setup.validation]
    shown = np.concatenate([np.asarray(part.images) for part in taken if part is not None])
    assert beside.clean_images is not None
    assert {image.tobytes() for image in shown} == {x.tobytes() for x in beside.clean_images}
    assert setup.training.network == ResNet(3, depth=10, width=1)
    with pytest.raises(Refusal, match="at most the 9 clean images of folder together, got 10"):
        Setup.of(replace(held, validation_size=4), beside, own.noisy)


def test_suspects_have_their_files_and_no_truth(mine, tmp_path):
    own = noise.labelled(data.load("folder", data_dir=mine), noise.AsGiven())
    network = ResNet(depth=10, width=1, in_channels=0)
    train(replace(TRAINING, network=network, batch_size=7, epochs=1), *own, tmp_path / "run")
    header, *rows = (tmp_path / "run" / "suspects.csv").read_text().splitlines()
    assert header == "id,label,score,loss,file,by_mixture,by_threshold," + OPINION
    cells = [row.split(",") for row in rows]
    assert {cell[4]: own.dataset.classes[int(cell[1])] for cell in cells} == {
        file: file.split("/")[0] for file in own.dataset.files
    }
    assert all(own.dataset.files[int(cell[0])] == cell[4] for cell in cells)


def test_labels_of_a_file_are_cut_with_the_images(tmp_path):
    labels = noise.Symmetric(0.4)(DATASET.labels, 3, 1, DATASET.images)
    law = noise.FromFile(labels.save(tmp_path / "noise.npz"))
    few = noise.labelled(DATASET, law, n_images=12, split_seed=5)
    ids = DATASET.split(12, 5).subset
    np.testing.assert_array_equal(few.noisy.labels, labels.labels[ids])
    np.testing.assert_array_equal(few.dataset.images, DATASET.images[ids])
    two = noise.labelled(DATASET, law, classes=("right", "left"))
    inside = (DATASET.labels != 1) & (labels.labels != 1)
    np.testing.assert_array_equal(two.noisy.labels, np.where(labels.labels[inside] == 2, 0, 1))
    np.testing.assert_array_equal(two.noisy.truth, np.where(DATASET.labels[inside] == 2, 0, 1))
    np.testing.assert_array_equal(two.dataset.images, DATASET.images[inside])
    lost = int((DATASET.labels != 1).sum() - inside.sum())
    assert any(f"left out: {lost} images of these classes" in r for r in two.dataset.remarks)


def test_human_labels_are_cut_with_the_images(tmp_path):
    """A CIFAR-10N file of 64 images in three classes."""
    worst = np.roll(DATASET.labels, 1)
    content = {"clean_label": DATASET.labels, "worse_label": worst}
    (tmp_path / "CIFAR-10_human.pt").write_bytes(pickle.dumps(content, 2))
    few = noise.labelled(DATASET, noise.Human("worst", tmp_path), n_images=6)
    ids = DATASET.split(6, 0).subset
    np.testing.assert_array_equal(few.noisy.labels, worst[ids])
    np.testing.assert_array_equal(few.noisy.truth, DATASET.labels[ids])


def test_labels_of_another_data_set_are_refused_by_its_hash(tmp_path):
    labels = noise.Symmetric(0.4)(DATASET.labels, 3, 1, DATASET.images)
    law = noise.FromFile(labels.save(tmp_path / "noise.npz"))
    other = replace(DATASET, images=255 - DATASET.images)
    with pytest.raises(Refusal, match="saved for another data set"):
        noise.labelled(other, law)


@pytest.mark.parametrize("name", ["labels.npz", "labels.npy"])
def test_labels_alone_and_as_whole_floats_are_read(tmp_path, name):
    values = np.roll(DATASET.labels, 1).astype(float)
    path = tmp_path / name
    np.savez(path, labels=values) if name.endswith("z") else np.save(path, values)
    found = noise.labelled(DATASET, noise.FromFile(path)).noisy
    np.testing.assert_array_equal(found.labels, np.roll(DATASET.labels, 1))
    np.save(tmp_path / "half.npy", values + 0.5)
    with pytest.raises(Refusal, match="must be one whole number for each image"):
        noise.labelled(DATASET, noise.FromFile(tmp_path / "half.npy"))
