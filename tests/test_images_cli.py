"""Networks on noisy labels from the command line, and what is told of their curves."""

import csv
import json

import numpy as np
import pytest

from sigspike.cli.main import main
from sigspike.foundation.check import Refusal
from sigspike.images.noise import NoisyLabels
from sigspike.images.training import (
    curves_of,
    early_stops,
    memorisation_stages,
    read_curves,
    report,
)

TRAIN = ["images", "train", "--batch-size", "480", "--eval-batch-size", "360"]
NETWORK = [
    "network:res-net",
    "--network.depth",
    "10",
    "--network.width",
    "1",
    "--network.in-channels",
    "1",
]
DATA = [
    "data:digits",
    "--data.size",
    "8",
    "--data.channels",
    "1",
    "noise:asymmetric",
    "--noise.rate",
    "0.3",
]
PARTS = [*NETWORK, "method:label-smoothing", *DATA]


def test_train_resume_and_report(tmp_path, capsys):
    main([*TRAIN, "--epochs", "2", "--out", str(tmp_path / "run"), *PARTS])
    shown = capsys.readouterr().out
    noisy = NoisyLabels.load(tmp_path / "run" / "noise.npz")
    assert f"sha256 {noisy.hash[:16]}" in shown
    assert "best on test" in shown
    assert "cross entropy beside it: best " in shown
    beside = json.loads((tmp_path / "run" / "cross-entropy" / "settings.json").read_text())
    assert beside["training"].pop("method") == {"type": "CrossEntropy"}
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert settings["training"].pop("method") == {
        "type": "LabelSmoothing",
        "alpha": pytest.approx(0.1),
    }
    assert settings["training"] == beside["training"]
    assert settings["noise"] == beside["noise"]
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert result["best"]["test_accuracy"] == max(row["test_accuracy"] for row in rows)
    assert result["noise"]["sha256"] == noisy.hash
    with (tmp_path / "run" / "suspects.csv").open() as table:
        suspects = list(csv.DictReader(table))
    assert sorted(int(row["id"]) for row in suspects) == list(range(1437))
    for row in suspects[:20]:
        assert int(row["label"]) == noisy.labels[int(row["id"])]
    assert (tmp_path / "run" / "curves.png").stat().st_size > 10_000
    main([*TRAIN, "--epochs", "2", "--out", str(tmp_path / "run"), *PARTS])
    assert (tmp_path / "run" / "log.jsonl").read_text().splitlines() == [
        json.dumps(row) for row in rows
    ]
    with pytest.raises(Refusal, match=r"another run \(training\.epochs: 2 in the store, 1 now\)"):
        main([*TRAIN, "--epochs", "1", "--out", str(tmp_path / "run"), *PARTS])
    capsys.readouterr()
    main(["images", "report", "--folder", str(tmp_path / "run")])
    assert "best on test" in capsys.readouterr().out


def test_some_classes_and_fewer_images(tmp_path):
    """Of threes and eights, forty images; without cross entropy beside it."""
    few = [
        "--classes",
        "3",
        "8",
        "--images",
        "40",
        "--no-baseline",
        "--batch-size",
        "20",
        "--eval-batch-size",
        "72",
    ]
    network = [*NETWORK, "--network.n-classes", "2"]
    main(
        [
            "images",
            "train",
            *few,
            "--epochs",
            "1",
            "--out",
            str(tmp_path / "run"),
            *network,
            *PARTS[len(NETWORK) :],
        ]
    )
    noisy = NoisyLabels.load(tmp_path / "run" / "noise.npz")
    assert np.bincount(noisy.truth).tolist() == [20, 20]
    assert not (tmp_path / "run" / "cross-entropy").exists()
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert settings["data"]["name"] == "digits: 3, 8, 40 images (seed 0)"


def curves(**changes):
    """Six epochs: clean labels are fitted by the third, flipped ones corrected at first and
    memorised in the end.
    """
    columns = {
        "epoch": [1, 2, 3, 4, 5, 6],
        "accuracy_clean": [0.5, 0.8, 0.95, 0.97, 0.99, 1.0],
        "accuracy_flipped": [0.1, 0.05, 0.05, 0.3, 0.6, 0.95],
        "corrected": [0.2, 0.7, 0.9, 0.6, 0.4, 0.05],
        "loss_clean": [1.0] * 6,
        "loss_flipped": [2.0] * 6,
        "test_accuracy": [0.4, 0.7, 0.85, 0.9, 0.7, 0.6],
        "validation_accuracy": [0.4, 0.95, 0.8, 0.8, 0.7, 0.6],
        "precision_log_c": [0.7, 0.8, 0.9, 0.9, 0.8, 0.7],
        "recall_log_c": [0.9, 0.9, 0.9, 1.0, 1.0, 1.0],
        "precision_mixture": [0.7] * 6,
        "recall_mixture": [0.6, 0.9, 0.8, 0.7, 0.7, 0.7],
    } | changes
    names = [name for name, values in columns.items() if values is not None]
    return curves_of(
        [
            dict(zip(names, row, strict=True))
            for row in zip(*(columns[n] for n in names), strict=True)
        ]
    )


def test_stages_of_memorisation():
    """Crossings by hand: linear between epochs, in logarithms where both ends are positive."""
    found = memorisation_stages(curves())
    at = {str(name): found.sel(stage=name) for name in found["stage"].values}
    assert (float(at["separated"]["low"]), float(at["separated"]["high"])) == (2, 3)
    assert (float(at["crossing"]["low"]), float(at["crossing"]["high"])) == (4, 5)
    # The gap goes from −0.3 to 0.2
    assert float(at["crossing"]["at"]) == pytest.approx(4 + 0.3 / 0.5)
    share = np.log(0.9 / 0.6) / np.log(0.95 / 0.6)
    assert float(at["memorised"]["at"]) == pytest.approx(5 + share)
    never = memorisation_stages(curves(accuracy_flipped=[0.0] * 6))
    assert not bool(never.sel(stage="crossing")["reached"])
    unlearnt = memorisation_stages(curves(corrected=[0.1] * 6, accuracy_flipped=[0.12] * 6))
    assert not bool(unlearnt.sel(stage="crossing")["reached"])


def test_early_stops_and_their_report():
    stops = {stop.rule: (stop.epoch, stop.test_accuracy) for stop in early_stops(curves())}
    expected = {
        "best on validation": (2, 0.7),
        "last": (6, 0.6),
        "most corrected": (3, 0.85),
        "widest gap": (3, 0.85),
    }
    assert stops == expected
    unknown = dict.fromkeys(
        (
            "accuracy_clean",
            "accuracy_flipped",
            "loss_clean",
            "loss_flipped",
            "corrected",
            "validation_accuracy",
        )
    )
    assert [stop.rule for stop in early_stops(curves(**unknown))] == ["best on test", "last"]
    text = report(curves())
    assert "crossing: epoch 5 (between 4 and 5)" in text
    assert "loss < log C: precision 0.900, recall 1.000 at epoch 4" in text
    assert len(report(curves(**unknown)).splitlines()) == 2


def test_curves_of_a_training_under_way(tmp_path):
    (tmp_path / "log.jsonl").write_text(
        '{"epoch": 1, "loss": null}\n{"epoch": 2, "loss": 0.5}\n{"epoch": 3, "lo'
    )
    found = read_curves(tmp_path)
    assert found["time"].values.tolist() == [1, 2]
    np.testing.assert_array_equal(found["loss"], [np.nan, 0.5])
    with pytest.raises(Refusal, match="`folder` must be that of a training"):
        read_curves(tmp_path / "none")
