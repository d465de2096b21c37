"""Tables of trainings: what was published, cells trained and resumed, and the images of presets."""

import json
from contextlib import nullcontext
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from tiny_training import DATASET, N_CLASSES, TRAINING

from sigspike.cli import images_table
from sigspike.foundation.check import Refusal
from sigspike.images.data import fewer, of_classes, with_high_frequency_noise
from sigspike.images.methods import CrossEntropy, LabelNoise, Method, RobustFeatures
from sigspike.images.noise import Symmetric
from sigspike.images.tables import ROWS, TABLES, Accuracy, Scale, Setting, Table
from sigspike.images.tables.fill import fill, slug
from sigspike.images.tables.text import departures_of, text_of


class Toy(Table):
    """Bars: two methods, one that is not there, and two kinds of noise."""

    name: ClassVar = "toy"
    about: ClassVar = "bars"
    columns: ClassVar = {"clean": Symmetric(0.0), "symmetric 0.3": Symmetric(0.3)}
    published: ClassVar = {
        "CE": (Accuracy(90.0, 80.0), Accuracy(70.0, None)),
        "JO": (Accuracy(91.0, 81.0), None),
        "FBR": (None, Accuracy(75.5, 74.5)),
    }

    def load(self, data_dir):
        return DATASET

    def training(self, column, dataset):
        return replace(TRAINING, epochs=2)


def filled(folder, rows=("CE", "JO", "FBR"), columns=("symmetric 0.3",), scale=None):
    return fill(
        Toy(), DATASET, folder, rows, columns, scale or Scale(), 3, lambda name: nullcontext()
    )


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """One column of the toy, and its folder."""
    folder = tmp_path_factory.mktemp("toy") / "table"
    return filled(folder), folder


def test_a_cell_is_a_training_in_a_folder_of_its_own(cells):
    found, folder = cells
    assert [cell.row for cell in found] == ["CE", "JO", "FBR"]
    for cell in (found[0], found[2]):
        place = folder / slug(cell.column) / cell.row
        rows = [json.loads(line) for line in (place / "log.jsonl").read_text().splitlines()]
        assert cell.measured.best == pytest.approx(100 * max(row["test_accuracy"] for row in rows))
        assert cell.measured.last == pytest.approx(100 * rows[-1]["test_accuracy"])
        settings = json.loads((place / "settings.json").read_text())
        assert settings["training"]["seed"] == settings["noise"]["seed"] == 3
    assert settings["training"]["clean_size"] == 10 * N_CLASSES
    assert found[1].measured is None
    content = json.loads((folder / "table.json").read_text())
    assert [cell["row"] for cell in content["cells"]] == ["CE", "JO", "FBR"]
    assert content["cells"][0]["published"] == {"best": 70.0, "last": None}


def test_what_is_trained_is_not_trained_again(cells):
    found, folder = cells
    log = folder / "symmetric-0.3" / "CE" / "log.jsonl"
    before = log.read_text()
    assert filled(folder, rows=("CE",))[0].measured == found[0].measured
    assert log.read_text() == before
    with pytest.raises(Refusal, match=r"training\.epochs"):
        filled(folder, rows=("CE",), scale=Scale(epochs=3))


def test_the_text_has_published_measured_and_difference(cells):
    found, _ = cells
    lines = text_of(found).splitlines()
    best, last = found[0].measured
    assert lines[0] == "symmetric 0.3, 29.69 % wrong labels"  # ⌊.3 · 64⌋ of 64
    assert lines[3].split() == [
        "CE",
        "70.00",
        "—",
        f"{best:.2f}",
        f"{last:.2f}",
        f"{best - 70:+.2f}",
        "—",
    ]
    assert lines[4].split() == ["JO", "—", "—", "not", "available"]
    assert lines[5].split()[1:3] == ["75.50", "74.50"]
    assert departures_of(found) == ""


def test_departures_are_told():
    run = Toy().run("CE", "clean", DATASET, Scale(epochs=1, width=2, images=30, batch_size=10), 0)
    assert run.departures == {
        "epochs": (1, 2),
        "width": (2, 4),
        "images": (30, 64),
        "batch size": (10, 24),
    }
    assert run.training.epochs == 1
    assert run.training.network.width == 2  # type: ignore[attr-defined]
    assert len(run.dataset.labels) == 30


def test_cross_entropy_stands_beside_what_is_asked_for():
    table = Toy()
    assert table.chosen(["FBR"], []) == (["CE", "FBR"], ["clean", "symmetric 0.3"])
    assert table.chosen([], ["clean"]) == (["CE", "JO", "FBR"], ["clean"])
    with pytest.raises(
        Refusal, match=r"`rows` must be some of toy .*got 'FRB'; did you mean 'FBR'"
    ):
        table.chosen(["FRB"], [])
    with pytest.raises(
        Refusal, match=r"`columns` must be some of toy \(clean, symmetric 0\.3\), got 'noisy'"
    ):
        table.chosen([], ["noisy"])


def test_steps_of_the_learning_rate_keep_their_shares():
    training = TABLES["cifar10-resnet18-noisy"]().training("clean", DATASET)
    assert training.schedule.at == (150, 225)  # type: ignore[attr-defined]
    assert Scale(epochs=20).training(training).schedule.at == (10, 15)  # type: ignore[attr-defined]
    assert Scale(epochs=1).training(training).schedule.at == (1,)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_whole_and_every_method_is_made(name):
    table = TABLES[name]()
    for values in table.published.values():
        assert len(values) in (0, len(table.columns))
    for row in table.methods():
        if table.available(row):
            assert isinstance(table.method(row, Setting(10, 0.4, 300)), Method)
            assert isinstance(table.method(row, Setting(100, 0.4, 30)), Method)


def test_published_numbers_and_settings():
    """A few of them, read off the paper's tables once more."""
    first, ablation = TABLES["cifar10-resnet18-noisy"](), TABLES["cifar10-resnet18-ablation"]()
    assert first.accuracy("CE", "symmetric 0.4") == (78.73, 62.56)
    assert first.accuracy("GCE", "asymmetric 0.4") == (88.85, 88.71)
    assert first.accuracy("RFL", "symmetric 0.8") == (85.83, 85.22)
    assert first.accuracy("JO", "clean") == (95.26, 95.17)
    assert TABLES["cifar100-resnet18-symmetric"]().accuracy("Forward", "clean") is None
    assert ablation.accuracy("A+C", "symmetric 0.8") == (19.51, None)
    setting = Setting(10, 0.6, 300)
    assert ablation.method("A+C", setting) == RobustFeatures(True, False, True)
    assert ablation.method("CE", setting) == CrossEntropy()
    assert float(ROWS["SL"](Setting(100, 0.4, 300)).alpha) == 6.0  # type: ignore[attr-defined]
    assert ROWS["truncated GCE"](Setting(10, 0.4, 120)).prune_from == 40  # type: ignore[attr-defined]
    assert ROWS["truncated GCE"](Setting(100, 0.4, 120)).prune_from == 80  # type: ignore[attr-defined]


def test_label_noise_on_vgg_is_full_batch():
    table = TABLES["cifar10-vgg16-label-noise"]()
    assert table.training("10000 images", DATASET).batch_size == len(DATASET.labels)
    assert float(table.training("10000 images", DATASET).optimiser.learning_rate) == pytest.approx(
        0.02
    )
    assert float(
        table.training("1000 images, σ 0.1", DATASET).optimiser.learning_rate
    ) == pytest.approx(0.05)
    assert isinstance(table.method("label-noise GD", Setting(10, 0.0, 5000)), LabelNoise)
    large = replace(
        DATASET,
        images=DATASET.images.repeat(4, axis=1).repeat(4, axis=2),
        test_images=DATASET.test_images.repeat(4, axis=1).repeat(4, axis=2),
    )
    plain, noisy = (
        table.images(column, large, 0) for column in ("1000 images, σ 0", "1000 images, σ 0.4")
    )
    np.testing.assert_array_equal(plain.images, large.images)
    assert (noisy.images != large.images).mean() > 0.5
    assert (noisy.test_images != large.test_images).mean() > 0.5


def test_classes_and_fewer_images():
    two = of_classes(DATASET, ("right", "left"))
    kept = DATASET.labels != 1
    np.testing.assert_array_equal(two.images, DATASET.images[kept])
    np.testing.assert_array_equal(two.labels, np.where(DATASET.labels[kept] == 2, 0, 1))
    assert two.classes == ("right", "left")
    few = fewer(DATASET, 12, 0)
    np.testing.assert_array_equal(np.bincount(few.labels), [4, 4, 4])
    assert len(few.test_labels) == len(DATASET.test_labels)
    assert (fewer(DATASET, 12, 1).images != few.images).any()
    with pytest.raises(
        Refusal, match=r"`classes` must be some of bars .*got 'lift'; did you mean 'left'"
    ):
        of_classes(DATASET, ("lift", "right"))
    with pytest.raises(
        Refusal, match=r"`classes` must be two or more different classes, got \['left'\]"
    ):
        of_classes(DATASET, ("left",))


def test_high_frequency_noise_leaves_low_frequencies_alone():
    """Of grey images that nothing cuts off, below the radius only rounding changes, and above it σ²
    a frequency.
    """
    size, sigma, radius = 16, 0.02, 4.0
    grey = replace(
        DATASET,
        images=np.full((64, size, size, 1), 128, np.uint8),
        test_images=np.full((60, size, size, 1), 128, np.uint8),
    )
    noisy = with_high_frequency_noise(grey, sigma, radius, 0)
    power = np.abs(np.fft.fft2(noisy.images[..., 0].astype(float) - 128)) ** 2 / size**2
    frequency = np.fft.fftfreq(size) * size
    length = np.sqrt(frequency[:, None] ** 2 + frequency[None] ** 2)
    rounding, mean = 1 / 12, power.mean(0)
    np.testing.assert_allclose(mean[length <= radius].mean(), rounding, rtol=0.1)
    np.testing.assert_allclose(
        mean[length > radius].mean(), (255 * sigma) ** 2 + rounding, rtol=0.05
    )
    assert (noisy.test_images != grey.test_images).any()


def test_a_table_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(images_table.TABLES, "cifar10-resnet18-noisy", Toy)
    asked = {"out": tmp_path / "t", "columns": ("symmetric 0.3",), "epochs": 1}
    images_table.table("cifar10-resnet18-noisy", tmp_path, rows=("CE",), **asked)
    shown = capsys.readouterr().out
    assert "toy: bars; test accuracy in %" in shown
    assert "not as published: epochs 1 for 2" in shown
    assert (tmp_path / "t" / "symmetric-0.3" / "CE" / "curves.png").stat().st_size > 10_000
    with pytest.raises(Refusal, match=r"`images` must be at most the 64 training images, got 65"):
        images_table.table("cifar10-resnet18-noisy", tmp_path, rows=("CE",), images=65, **asked)
    with pytest.raises(
        Refusal, match=r"`out` must be a folder for a table, got .*which is that of a training"
    ):
        images_table.table(
            "cifar10-resnet18-noisy",
            tmp_path,
            rows=("CE",),
            out=tmp_path / "t" / "symmetric-0.3" / "CE",
        )
