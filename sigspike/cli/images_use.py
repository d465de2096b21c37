"""``sigspike images predict``, ``export`` and ``clean``: what a finished run is good for."""

import csv
import json
from pathlib import Path
from typing import Literal

import numpy as np
import tyro

from sigspike.cli.places import check_place
from sigspike.files.whole import whole
from sigspike.foundation.check import Refusal
from sigspike.images import Trained, load_run, state_dict
from sigspike.images.cleaning import cleaned
from sigspike.images.data.image_files import files_below

SHOWN = 20  # classes that are counted in words
SUFFIX = {"npz": ".npz", "safetensors": ".safetensors", "torch": ".pt"}


def predict(
    images: tyro.conf.Positional[Path],
    folder: Path,
    out: Path,
    weights: Literal["best", "last"] = "best",
    skip_bad: bool = False,
) -> None:
    """Predict the classes of new images with a trained network; nothing but its folder is needed.

    Args:
        images: A folder of images, with folders inside it or not, or one image.
        folder: The folder of the training.
        out: CSV file with a row for every image: its file, class, probability, and those of all
            classes.
        weights: Of which epoch.
        skip_bad: Leave out, and name, files that cannot be read.
    """
    network = load_run(folder, weights)
    files = files_below(images).images if images.is_dir() else [images]
    if not files or not images.exists():
        raise Refusal(f"`images` must be an image or a folder with images, got {str(images)!r}")
    read = network.read(files, skip_bad)
    found = network.predict(read.images)
    check_place("out", out)
    with whole(out) as aside, aside.open("w", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["file", "class", "probability", *(f"p({c})" for c in network.classes)])
        for file, name, shares in zip(read.kept, found.names, found.probabilities, strict=True):
            place = file.relative_to(images).as_posix() if images.is_dir() else file.name
            table.writerow([place, name, float(shares.max()), *shares.tolist()])
    for skipped in read.skipped:
        print(f"left out: {skipped}")
    counts = np.bincount(found.labels, minlength=len(network.classes))
    print(f"{len(read.kept)} images: {_counted(network.classes, counts)}; see {out}")
    print(f"weights of epoch {network.epoch} ({weights}); {_certainty(network)}")


def export(
    folder: Path,
    format: Literal["npz", "safetensors", "torch"] = "npz",
    out: Path | None = None,
    weights: Literal["best", "last"] = "best",
) -> None:
    """Write a trained network as PyTorch's state_dict, and beside it a JSON file with the names of
    its classes and how it wants its images.

    Args:
        folder: The folder of the training.
        format: A state_dict as NumPy's npz, as safetensors, or as torch.save writes it (needs
            torch).
        out: The file; FOLDER/network with the format's ending by default.
        weights: Of which epoch.
    """
    network = load_run(folder, weights)
    path = out if out is not None else folder / f"network{SUFFIX[format]}"
    if path.suffix != SUFFIX[format]:
        raise Refusal(f"`out` must end in {SUFFIX[format]} for {format}, got {str(path)!r}")
    check_place("out", path)
    if format == "torch":
        _save_torch(path, network)
    else:
        state_dict.save(path, network.params, network.buffers, network.network)
    text = json.dumps(network.about(), indent=1, ensure_ascii=False)
    with whole(path.with_suffix(".json")) as aside:
        aside.write_text(text + "\n")
    print(f"weights of epoch {network.epoch} ({weights}) in {path}")
    print(f"classes, shape and normalisation in {path.with_suffix('.json')}")


def clean(
    folder: Path,
    out: Path | None = None,
    by: Literal["mixture", "threshold", "either"] = "mixture",
    confidence: float = 0.5,
) -> None:
    """Write corrected labels of a run's training images: OUT.csv with the evidence for each, and
    OUT.npz, which `noise:from-file` reads.

    Args:
        folder: The folder of the training.
        out: Path of both files without their endings; FOLDER/cleaned by default.
        by: What makes a label suspected: its loss in a mixture of two Gaussians, above log C, or
            either.
        confidence: A suspected label is replaced by the class that the network gives to the image
            where that class has a larger probability than this.
    """
    path = out if out is not None else folder / "cleaned"
    table, file = (path.with_name(f"{path.name}.{ending}") for ending in ("csv", "npz"))
    found = cleaned(folder, by, confidence)
    check_place("out", table)
    found.save_table(table)
    found.noisy.save(file)
    print(f"{found.suspected} of {len(found.evidence['id'])} labels suspected by {by}")
    print(f"{len(found.changed)} corrected, with the evidence for each in {table}")
    if found.before.realised_rate is None or found.noisy.realised_rate is None:
        print("how many of them rightly is unknown, as the truth is")
    else:
        before, now = 100 * found.before.realised_rate, 100 * found.noisy.realised_rate
        print(f"wrong labels {before:.2f} % before, {now:.2f} % now")
    print(f"train on them with noise:from-file --noise.path {file}")


def _save_torch(path: Path, network: Trained) -> None:
    try:
        import torch
    except ImportError:
        raise Refusal(
            "`format` torch needs torch, which is not installed; pip install torch, or take npz"
        ) from None
    tensors = {name: torch.from_numpy(value) for name, value in network.state_dict().items()}
    with whole(path) as aside:
        torch.save(tensors, aside)


def _counted(classes: tuple[str, ...], counts: np.ndarray) -> str:
    """How many images of which class, the most frequent first."""
    order = np.argsort(-counts, kind="stable")
    shown = [f"{counts[place]} {classes[place]}" for place in order if counts[place]]
    return ", ".join(shown[:SHOWN]) + (f" and {len(shown) - SHOWN} more" * (len(shown) > SHOWN))


def _certainty(network: Trained) -> str:
    if network.temperature is None:
        return "probabilities are not calibrated, for no clean images were set aside"
    return f"probabilities calibrated on clean images (temperature {network.temperature:.3g})"
