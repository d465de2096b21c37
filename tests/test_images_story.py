"""Somebody's own images from the command line: from folders to predictions and a state_dict."""

import csv
import json

import numpy as np
import pytest
from own_folders import CLASSES, bars

from sigspike import images
from sigspike.cli.main import command, main
from sigspike.foundation.check import Refusal
from sigspike.images.noise import NoisyLabels

QUICK = ["--no-baseline", "--batch-size", "12", "--network.width", "1", "--augmentation.pad", "0"]


def table(path):
    with path.open() as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """MINE with a fifth of wrong labels, CLEAN, TEST, NEW; a run of eight epochs, and its words."""
    root = tmp_path_factory.mktemp("story")
    truth = bars(root / "mine", 20, wrong=4)
    for seed, name in enumerate(("clean", "test", "new")):
        bars(root / name, 8, seed=seed + 1)
    return root, truth


def train(root, epochs, *more):
    """The call of the documentation; flags of the command stand behind its parts too."""
    main(
        [
            *("images", "train", "--out", str(root / "run"), "--epochs", str(epochs), *QUICK),
            *("data:image-folder", "--data.data-dir", str(root / "mine")),
            *("--clean-dir", str(root / "clean"), "--test-dir", str(root / "test"), *more),
        ]
    )


def test_from_folders_to_predictions(story, capsys):
    root, truth = story
    run = root / "run"
    train(root, 4)
    shown = capsys.readouterr().out
    assert "noise: AsGiven, their truth is unknown" in shown
    assert "best on validation: epoch" in shown
    assert "note:" not in shown
    assert "separated" not in shown  # stages need the truth

    train(root, 8)  # longer
    assert "from 4 to 8 epochs: as if it had been planned so" in capsys.readouterr().out
    settings = json.loads((run / "settings.json").read_text())
    assert settings["data"]["classes"] == list(CLASSES)
    assert settings["noise"]["realised_rate"] is None
    assert settings["training"]["network"]["n_classes"] == 3
    assert (settings["data"]["n_images"], settings["data"]["n_test"]) == (60, 24)
    assert NoisyLabels.load(run / "noise.npz").truth is None

    suspects = table(run / "suspects.csv")
    assert {row["file"] for row in suspects} == truth.keys()
    assert "truth" not in suspects[0]

    main(
        ["images", "predict", "--folder", str(run), str(root / "new"), "--out", str(root / "p.csv")]
    )
    assert "probabilities calibrated on clean images" in capsys.readouterr().out
    predicted = table(root / "p.csv")
    assert [row["file"] for row in predicted] == sorted(
        path.relative_to(root / "new").as_posix() for path in (root / "new").glob("*/*.png")
    )
    for row in predicted:
        shares = [float(row[f"p({name})"]) for name in CLASSES]
        assert sum(shares) == pytest.approx(1)
        assert row["class"] == CLASSES[int(np.argmax(shares))]
        assert float(row["probability"]) == max(shares)
    right = np.mean([row["file"].startswith(row["class"]) for row in predicted])
    assert right > 0.8

    main(["images", "clean", "--folder", str(run), "--by", "either"])
    shown = capsys.readouterr().out
    assert "how many of them rightly is unknown" in shown
    corrected = table(run / "cleaned.csv")
    before = np.mean([row["name"] == truth[row["file"]] for row in corrected])
    after = np.mean([row["corrected_name"] == truth[row["file"]] for row in corrected])
    assert before == pytest.approx(0.8)
    assert after > before
    again = ["noise:from-file", "--noise.path", str(run / "cleaned.npz")]
    with pytest.raises(Refusal, match="holds another run"):
        train(root, 8, *again)

    main(["images", "report", "--folder", str(run)])
    assert "best on validation" in capsys.readouterr().out


def test_the_state_dict_is_pytorchs(story, capsys):
    """Strictly loaded into a network of torch's own, which then answers alike."""
    root, _ = story
    if not (root / "run" / "checkpoint.npz").exists():
        train(root, 8)
    network = images.load_run(root / "run")
    for format in ("npz", "safetensors"):
        if format == "safetensors":
            pytest.importorskip("safetensors")
        main(["images", "export", "--folder", str(root / "run"), "--format", format])
        params, _ = images.state_dict.load(root / "run" / f"network.{format}", network.network)
        assert all((params[name] == value).all() for name, value in network.params.items())
    about = json.loads((root / "run" / "network.json").read_text())
    assert about["classes"] == list(CLASSES)
    assert about["normalisation"]["mean"] == list(network.pixels.mean)
    torch = pytest.importorskip("torch")
    from reference.torch_networks import ResNet

    main(["images", "export", "--folder", str(root / "run"), "--format", "torch"])
    module = ResNet(3, depth=10, width=1).double()
    module.load_state_dict(torch.load(root / "run" / "network.pt", weights_only=True), strict=True)
    read = network.read(sorted((root / "new").glob("*/*.png"))).images
    mean, std = (np.array(about["normalisation"][name]) for name in ("mean", "std"))
    pixels = torch.from_numpy(((read / 255 - mean) / std).transpose(0, 3, 1, 2))
    with torch.no_grad():
        answers = module.eval()(pixels).numpy()
    np.testing.assert_allclose(network.logits(read), answers, rtol=1e-4, atol=1e-4)


def test_sixteen_uneven_classes_of_grey_and_colour(tmp_path, capsys):
    """One test image at least of each class; a share of the folder is tested, and it is said."""
    classes = tuple(f"k{number:02d}" for number in range(16))
    counts = tuple(2 + number % 4 for number in range(16))
    bars(tmp_path / "mine", counts, classes, side=32)
    bars(tmp_path / "mine" / "k00" / "grey", 2, ("a", "b"), side=32, mode="L", seed=1)
    part = ["data:image-folder", "--data.data-dir", str(tmp_path / "mine")]
    out = ["--out", str(tmp_path / "run"), "--epochs", "1", *QUICK]
    main(["images", "train", *out, *part])
    shown = capsys.readouterr().out
    assert "note: test labels are of unknown truth" in shown
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert settings["data"]["shape"] == [32, 32, 3]
    assert settings["training"]["network"]["n_classes"] == 16
    assert settings["data"]["n_images"] + settings["data"]["n_test"] == sum(counts) + 4
    assert settings["data"]["true_test_labels"] is False
    main(["images", "report", "--folder", str(tmp_path / "run")])
    assert "note: test labels are of unknown truth" in capsys.readouterr().out
    assert (
        images.load_run(tmp_path / "run").predict(np.zeros((1, 32, 32, 3), np.uint8)).names[0]
        in classes
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--clean-size", "3"], "`clean_size` must be 0 for folder, whose labels are of unknown"),
        (["--validation-size", "3"], "`validation_size` must be 0 for folder"),
        (["--clean-dir", "OTHER"], "`clean_dir` must have the same classes"),
        (["--test-dir", "OTHER"], "`test_dir` must have the same classes"),
        (["--network.n-classes", "10"], "`network.n_classes` must be 3, as in folder, got 10"),
        (["--test-dir", "NOWHERE"], "`test_dir` must be a folder with images"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path, capsys, arguments, words):
    bars(tmp_path / "mine", 3)
    bars(tmp_path / "OTHER", 3, ("cat", "emu"))
    arguments = [str(tmp_path / word) if word.isupper() else word for word in arguments]
    part = ["data:image-folder", "--data.data-dir", str(tmp_path / "mine")]
    out = ["--out", str(tmp_path / "run"), "--epochs", "1", *QUICK]
    assert command(["images", "train", *out, *part, *arguments]) == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 1
    assert words in shown[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["predict", "NOTHING", "--out", "P.csv"], "`images` must be an image or a folder with"),
        (["predict", "BAD", "--out", "P.csv"], "got 2 of 4 files that are not"),
        (["predict", "GREY", "--out", "NOWHERE/P.csv"], "`out` must lie in a folder that exists"),
        (["predict", "LARGE", "--out", "P.csv"], "must be of 16 × 16 pixels and 3 channels"),
        (["export", "--format", "npz", "--out", "N.pt"], "`out` must end in .npz for npz"),
        (["clean", "--confidence", "2"], "`confidence` must be"),
    ],
)
def test_what_cannot_be_done_with_a_run(story, capsys, arguments, words):
    root, _ = story
    if not (root / "run" / "checkpoint.npz").exists():
        train(root, 8)
        capsys.readouterr()
    (root / "NOTHING").mkdir(exist_ok=True)
    bars(root / "GREY", 1, mode="L")
    bars(root / "LARGE", 1, side=32)
    bars(root / "BAD", 1, ("cat", "dog"))
    for name in ("cat", "dog"):
        (root / "BAD" / name / "bad.png").write_bytes(b"none")
    places = [str(root / word) if word[:2].isupper() or "." in word else word for word in arguments]
    assert command(["images", places[0], "--folder", str(root / "run"), *places[1:]]) == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 1
    assert words in shown[0]
    assert not (root / "P.csv").exists()


def test_folders_of_ones_own_go_with_no_other_data(tmp_path, capsys):
    out = ["--out", str(tmp_path / "run"), "--clean-dir", str(tmp_path)]
    assert command(["images", "train", *out]) == 2
    assert "`clean_dir` goes with data:image-folder alone" in capsys.readouterr().err
