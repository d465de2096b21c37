"""What a run's folder is good for: its network, predictions, exports, and corrected labels."""

import csv
import json
import math
from dataclasses import replace

import jax
import numpy as np
import pytest
from own_folders import bars
from scipy.special import log_softmax
from tiny_training import DATASET, NOISY, TRAINING

from sigspike import images
from sigspike.foundation.check import Refusal
from sigspike.images import data, noise, state_dict
from sigspike.images.cleaning import cleaned
from sigspike.images.methods import RobustFeatures
from sigspike.images.networks import ResNet
from sigspike.images.noise import NoisyLabels
from sigspike.images.training import Cosine, train
from sigspike.images.training.calibration import temperature_of
from sigspike.images.training.evaluation import outputs
from sigspike.images.training.plan import lengthened
from sigspike.images.training.setup import Setup

HELD = replace(TRAINING, validation_size=12, epochs=3, batch_size=20)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return train(HELD, DATASET, NOISY, folder), folder


def test_the_last_network_answers_as_in_training(run):
    result, folder = run
    last = images.load_run(folder, "last")
    setup = Setup.of(HELD, DATASET, NOISY)
    expected = outputs(HELD.program, result.state.models[0], setup.data, setup.test.images).logits
    np.testing.assert_allclose(last.logits(DATASET.test_images), expected, rtol=1e-5, atol=1e-5)
    found = last.predict(DATASET.test_images)
    accuracy = (found.labels == DATASET.test_labels).mean()
    assert accuracy == pytest.approx(result.last["test_accuracy"])
    assert found.names == tuple(DATASET.classes[label] for label in found.labels)


def test_the_best_weights_are_those_of_the_best_epoch(run, tmp_path):
    result, folder = run
    best = images.load_run(folder)
    assert best.epoch == result.best["epoch"]
    stopped = train(HELD, DATASET, NOISY, tmp_path, until=best.epoch)
    for name, value in stopped.state.models[0].weights.network.items():
        np.testing.assert_array_equal(best.params[name], value)
    assert [path.name for path in folder.glob("best-*")] == [f"best-{best.epoch:04d}.npz"]


def test_weights_of_the_best_epoch_outlive_a_stop_and_those_after_it(run, tmp_path):
    """Each epoch in a call of its own, and a file that a killed process left too early."""
    folder = run[1]
    for epoch in (1, 2, 3):
        train(HELD, DATASET, NOISY, tmp_path, until=epoch)
        stray = tmp_path / f"best-{epoch + 1:04d}.npz"
        stray.write_bytes(b"cut off")
        rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
        best = max(rows, key=lambda row: row["validation_accuracy"])["epoch"]
        assert images.load_run(tmp_path).epoch == best
    for name, value in images.load_run(folder).params.items():
        np.testing.assert_array_equal(images.load_run(tmp_path).params[name], value)


def test_probabilities_are_calibrated_on_the_validation_images(run):
    """T by a grid, from logits of the images that were set aside."""
    _, folder = run
    last, setup = images.load_run(folder, "last"), Setup.of(HELD, DATASET, NOISY)
    assert setup.validation is not None
    logits = last.logits(np.asarray(setup.validation.images))
    labels = np.asarray(setup.validation.labels)
    grid = np.exp(np.linspace(-4, 4, 4001))
    surprises = [-log_softmax(logits / at, 1) for at in grid]
    losses = [s[np.arange(len(labels)), labels].sum() + s.mean() for s in surprises]
    assert last.temperature == pytest.approx(grid[np.argmin(losses)], rel=5e-3)
    found = last.predict(DATASET.test_images)
    assert found.calibrated
    shares = np.exp(log_softmax(last.logits(DATASET.test_images) / last.temperature, 1))
    np.testing.assert_allclose(found.probabilities, shares, rtol=1e-5)


def test_a_network_that_errs_on_none_of_few_images_is_not_certain():
    """p(wrong) is (0 + ½)/(n + 1): half of the image that is counted more is wrong."""
    n = 9
    logits = np.array([[5.0, 0.0]] * n)
    wrong = 1 / (1 + np.exp(5 / temperature_of(logits, np.zeros(n, int))))
    assert wrong == pytest.approx(0.5 / (n + 1), rel=1e-3)


def test_a_temperature_of_two_is_found():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(20_000, 4)) * 2
    shares = np.exp(log_softmax(logits, 1))
    labels = (shares.cumsum(1) < generator.random(len(shares))[:, None]).sum(1)
    assert temperature_of(2 * logits, labels) == pytest.approx(2, rel=0.03)


def test_without_clean_images_nothing_is_calibrated(tmp_path):
    train(replace(TRAINING, epochs=1), DATASET, NOISY, tmp_path)
    found = images.load_run(tmp_path)
    assert found.temperature is None
    assert not found.predict(DATASET.test_images).calibrated


def test_images_of_another_kind_are_refused(run):
    found = images.load_run(run[1])
    for wrong in (
        np.zeros((2, 8, 8, 3), np.uint8),
        np.zeros((2, 9, 8, 1), np.uint8),
        np.zeros((2, 8, 8, 1)),
    ):
        with pytest.raises(Refusal, match=r"`images` must be bytes \(image, 8, 8, 1\)"):
            found.predict(wrong)


def test_files_of_other_channels_or_another_size_are_refused(run, tmp_path):
    found = images.load_run(run[1])
    bars(tmp_path / "grey", 1, side=8, mode="L")
    assert len(found.read(sorted((tmp_path / "grey").glob("*/*"))).images) == 3
    for name, options in (("colour", {"side": 8}), ("large", {"side": 9, "mode": "L"})):
        bars(tmp_path / name, 1, **options)
        with pytest.raises(
            Refusal, match="must be of 8 × 8 pixels and 1 channels, as those trained"
        ):
            found.read(sorted((tmp_path / name).glob("*/*")))


def test_a_folder_that_is_no_run_or_was_changed_is_refused(run, tmp_path):
    folder = run[1]
    with pytest.raises(Refusal, match=r"`folder` must be that of a training, with checkpoint\.npz"):
        images.load_run(tmp_path)
    with np.load(folder / "checkpoint.npz") as file:
        content = dict(file)
    about = json.loads(str(content["about"]))
    about["rows"][-1]["test_accuracy"] = 0.999
    _write(tmp_path, content, about)
    with pytest.raises(Refusal, match="it is not as it was written"):
        images.load_run(tmp_path)
    with pytest.raises(Refusal, match="it is not as it was written"):
        train(HELD, DATASET, NOISY, tmp_path)
    about["format"] = 1
    _write(tmp_path, content, about)
    with pytest.raises(Refusal, match=r"is of another version of sigspike \(format 1, 2 here\)"):
        images.load_run(tmp_path)
    del about["description"]
    _write(tmp_path, content, about)
    with pytest.raises(Refusal, match=r"cannot be read \('description'\)"):
        images.load_run(tmp_path)


def _write(folder, content, about):
    np.savez(folder / "checkpoint.npz", **(content | {"about": np.array(json.dumps(about))}))


def test_a_run_goes_on_with_the_same_labels_from_anywhere(run, tmp_path):
    """The law's path differs, the labels do not."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        NOISY.save(tmp_path / name / "labels.npz")
        law = noise.FromFile(tmp_path / name / "labels.npz")
        labels = noise.labelled(DATASET, law).noisy
        until = {"one": 1, "other": 2}[name]
        rows = train(TRAINING, DATASET, labels, tmp_path / "run", until=until).rows
    assert [row["epoch"] for row in rows] == [1, 2]
    changed = replace(NOISY, labels=(NOISY.labels + 1) % 3)
    with pytest.raises(Refusal, match="holds another run"):
        train(TRAINING, DATASET, changed, tmp_path / "run")


def test_a_plan_is_made_longer_and_bits_are_those_of_the_longer_plan(tmp_path):
    """At a constant rate, and by steps that both plans have, nothing depends on the plan."""
    train(replace(TRAINING, epochs=2), DATASET, NOISY, tmp_path / "run")
    longer = train(replace(TRAINING, epochs=4), DATASET, NOISY, tmp_path / "run")
    whole = train(TRAINING, DATASET, NOISY)
    equal = jax.tree.map(lambda a, b: bool((a == b).all()), longer.state, whole.state)
    assert all(jax.tree.leaves(equal))
    (said,) = json.loads((tmp_path / "run" / "settings.json").read_text())["plans"]
    assert "after epoch 2, from 2 to 4 epochs: as if it had been planned so" in said
    with pytest.raises(Refusal, match=r"training\.epochs: 4 in the store, 3 now"):
        train(replace(TRAINING, epochs=3), DATASET, NOISY, tmp_path / "run")


def test_what_a_longer_plan_does_to_the_rate_is_said():
    """A half cosine of 2 epochs has ended at 0.05 (1 + cos(π 5/6))/2 in its sixth and last step;
    one of 4 epochs is at half of its height then.
    """
    cosine = replace(TRAINING, schedule=Cosine(), epochs=4)
    said = lengthened(cosine, 2, 2, 3)
    last = 0.05 * (1 + math.cos(math.pi * 5 / 6)) / 2
    assert f"the learning rate goes on at 0.025 after {last:.3g}" in said
    assert "it is not the run that this plan would have been" in said
    rfl = replace(TRAINING, method=RobustFeatures(), epochs=4)
    assert "RobustFeatures goes by the share of its plan" in lengthened(rfl, 2, 2, 3)


def test_losses_are_written_from_the_first_epoch_or_refused(tmp_path):
    short = replace(TRAINING, epochs=1)
    train(short, DATASET, NOISY, tmp_path)
    with pytest.raises(Refusal, match="`keep_losses` must be set from the first epoch on"):
        train(short, DATASET, NOISY, tmp_path, keep_losses=True)
    assert not (tmp_path / "losses").exists()


def test_what_is_edited_in_a_folder_is_not_believed(run, tmp_path):
    short = replace(TRAINING, epochs=1)
    train(short, DATASET, NOISY, tmp_path)
    settings = (tmp_path / "settings.json").read_text()
    (tmp_path / "settings.json").write_text(settings.replace("bars", "stars"))
    replace(NOISY, labels=NOISY.labels * 0).save(tmp_path / "noise.npz")
    with pytest.raises(Refusal, match=r"`folder` must hold the noise\.npz it was trained with"):
        cleaned(tmp_path)
    train(short, DATASET, NOISY, tmp_path)
    assert (tmp_path / "settings.json").read_text() == settings
    assert NoisyLabels.load(tmp_path / "noise.npz").hash == NOISY.hash


def test_corrected_labels_have_their_evidence(tmp_path):
    """Counted anew from the table: what is suspected, taken for another class, and sure enough."""
    folder = tmp_path / "run"
    train(TRAINING, DATASET, NOISY, folder)
    found = cleaned(folder, "either", 0.6)
    with (folder / "suspects.csv").open() as table:
        rows = list(csv.DictReader(table))
    labels = NOISY.labels.copy()
    for row in rows:
        suspected = row["by_mixture"] == "1" or row["by_threshold"] == "1"
        if suspected and float(row["probability"]) > 0.6:
            labels[int(row["id"])] = int(row["predicted"])
    np.testing.assert_array_equal(found.noisy.labels, labels)
    np.testing.assert_array_equal(found.changed, np.flatnonzero(labels != NOISY.labels))
    assert found.noisy.realised_rate is not None
    assert found.noisy.realised_rate < NOISY.realised_rate
    found.save_table(tmp_path / "cleaned.csv")
    with (tmp_path / "cleaned.csv").open() as table:
        for row in csv.DictReader(table):
            place = int(row["id"])
            assert int(row["label"]) == NOISY.labels[place]
            assert row["corrected_name"] == DATASET.classes[labels[place]]
            assert row["changed"] == str(int(labels[place] != NOISY.labels[place]))
    law = noise.FromFile(found.noisy.save(tmp_path / "cleaned.npz"))
    np.testing.assert_array_equal(noise.labelled(DATASET, law).noisy.labels, labels)
    network = images.load_run(folder)
    shares = network.predict(DATASET.images).probabilities
    for row in rows:
        own = shares[int(row["id"])]
        assert float(row["probability"]) == pytest.approx(own.max(), rel=1e-4)
        assert float(row["probability_of_label"]) == pytest.approx(own[int(row["label"])], rel=1e-3)


def test_weights_that_are_not_as_they_were_written_are_refused(tmp_path):
    train(replace(TRAINING, epochs=1), DATASET, NOISY, tmp_path)
    (path,) = tmp_path.glob("best-*.npz")
    with np.load(path) as file:
        content = dict(file)
    np.savez(path, **(content | {"fc.bias": content["fc.bias"] + 1}))
    with pytest.raises(
        Refusal, match="weights of its best epoch as they were written, got another"
    ):
        images.load_run(tmp_path)
    path.unlink()
    with pytest.raises(Refusal, match="as they were written, got none"):
        images.load_run(tmp_path)
    assert images.load_run(tmp_path, "last").epoch == 1


def test_a_run_s_weights_are_a_state_dict(run):
    found = images.load_run(run[1])
    written = found.state_dict()
    params, buffers = state_dict.load(written, found.network)
    assert list(written) == list(found.network.entries())
    assert {**params, **buffers}.keys() == written.keys()
    with np.load(run[1] / f"best-{found.epoch:04d}.npz") as file:
        assert all((file[name] == value).all() for name, value in written.items())


def test_images_of_any_size_are_brought_to_that_of_training(tmp_path):
    bars(tmp_path / "mine", 5, side=20)
    bars(tmp_path / "new", 2, side=30, mode="L", seed=1)
    own = noise.labelled(data.load("folder", data_dir=tmp_path / "mine", size=16), noise.AsGiven())
    network = ResNet(depth=10, width=1, in_channels=0)
    small = replace(TRAINING, network=network, batch_size=6, epochs=1)
    train(small, *own, tmp_path / "run")
    found = images.load_run(tmp_path / "run")
    assert found.read(sorted((tmp_path / "new").glob("*/*"))).images.shape == (6, 16, 16, 3)
    assert found.classes == ("cat", "dog", "owl")
