"""Files of strangers: one sentence, little memory, and nothing believed that cannot be."""

import gzip
import io
import json
import tracemalloc
import zipfile

import numpy as np
import pytest
from tiny_training import DATASET, NOISY, TRAINING, Tiny

from sigspike.files import idx
from sigspike.files.arrays import read_npz
from sigspike.foundation.check import Refusal
from sigspike.images import noise, state_dict
from sigspike.images.noise import NoisyLabels
from sigspike.images.training import read_curves, train
from sigspike.models.problems import KernelData

MOST = 300 << 20  # bytes that reading a hostile file may take


def header(shape, dtype="<i8"):
    """A .npy file that declares a shape and holds nothing."""
    stream = io.BytesIO()
    about = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, about)
    return stream.getvalue()


def bomb(path, name):
    """A few megabytes that inflate to three gigabytes of zeros."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        part.write(header((3 << 27,)))
        for _ in range(3 << 6):
            part.write(bytes(1 << 24))
    return path


@pytest.fixture(scope="module")
def inflating(tmp_path_factory):
    return bomb(tmp_path_factory.mktemp("bomb") / "labels.npz", "labels.npy")


def test_eight_terabytes_that_are_only_declared(tmp_path):
    (tmp_path / "labels.npy").write_bytes(header((10**12,)))
    with pytest.raises(Refusal, match=r"it declares int64 of shape \(1000000000000,\)"):
        noise.labelled(DATASET, noise.FromFile(tmp_path / "labels.npy"))
    with zipfile.ZipFile(tmp_path / "labels.npz", "w") as archive:
        archive.writestr("labels.npy", header((10**12,)))
    with pytest.raises(Refusal, match="it declares int64"):
        noise.labelled(DATASET, noise.FromFile(tmp_path / "labels.npz"))


def test_an_archive_that_inflates_is_refused_by_what_it_declares(inflating, tmp_path):
    assert inflating.stat().st_size < 32 << 20
    tracemalloc.start()
    for read in (
        lambda: noise.labelled(DATASET, noise.FromFile(inflating)),
        lambda: NoisyLabels.load(inflating),
        lambda: state_dict.load(inflating, Tiny(3, in_channels=1)),
        lambda: KernelData.kernel_file(inflating, 1),
    ):
        with pytest.raises(Refusal, match="it would inflate to 32"):
            read()
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "checkpoint.npz").write_bytes(inflating.read_bytes())
    with pytest.raises(Refusal, match="it would inflate to 32"):
        train(TRAINING, DATASET, NOISY, folder)
    assert tracemalloc.get_traced_memory()[1] < MOST
    tracemalloc.stop()


def test_a_compressed_idx_file_that_inflates(tmp_path):
    with gzip.open(tmp_path / "train-images-idx3-ubyte.gz", "wb", compresslevel=1) as stream:
        for _ in range(33):
            stream.write(bytes(1 << 23))
    with pytest.raises(Refusal, match="inflates to more than 268435456 bytes"):
        idx.read(tmp_path, "train-images-idx3-ubyte")


def test_objects_are_code(tmp_path):
    np.savez(tmp_path / "x.npz", labels=np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects, which are code"):
        read_npz(tmp_path / "x.npz")


@pytest.mark.parametrize("name", ["labels.json", "noise.npz"])
def test_deep_json(tmp_path, name):
    deep = "[" * 200_000
    path = tmp_path / name
    if name.endswith("npz"):
        np.savez(path, labels=NOISY.labels, about=np.array(deep))
    else:
        path.write_text(deep)
    with pytest.raises(Refusal, match="`path` must be") as refusal:
        noise.labelled(DATASET, noise.FromFile(path))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("line", ["{", "3", '"epoch"', "[" * 200_000, '{"loss": 1}'])
def test_a_log_with_a_broken_line(tmp_path, line):
    (tmp_path / "log.jsonl").write_text(f"{json.dumps({'epoch': 1, 'loss': 0.5})}\n{line}\n")
    with pytest.raises(Refusal, match="with a line that is none"):
        read_curves(tmp_path)
