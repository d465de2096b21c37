"""Label noise: every convention against the law it states, files, hashes and refusals."""

import hashlib
import io
import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
from scipy import stats

from sigspike.files import pickles
from sigspike.foundation.check import Refusal
from sigspike.images import data
from sigspike.images.noise import (
    Asymmetric,
    FromFile,
    Human,
    InstanceDependent,
    NoisyLabels,
    Symmetric,
    next_within,
)

N = 20_000
LABELS = np.random.default_rng(7).integers(0, 10, N)
CIFAR10 = {9: 1, 2: 0, 3: 5, 5: 3, 4: 7}  # truck, bird, cat, dog, deer


def within(share, probability, n, sigmas=4):
    """Whether a share of n independent trials is within so many standard deviations of its law."""
    return abs(share - probability) <= sigmas * np.sqrt(probability * (1 - probability) / n)


def off_diagonal(noisy):
    counts = noisy.transitions
    return counts[~np.eye(len(counts), dtype=bool)].reshape(len(counts), -1)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.29, 0.8, 1.0])
def test_an_exact_rate_is_exact(rate):
    assert Symmetric(rate)(LABELS, 10, 1).flipped.sum() == round(rate * N)
    assert Asymmetric(rate)(LABELS, 10, 1).flipped.sum() == round(rate * N)


def test_an_exact_rate_is_the_whole_part_of_the_written_decimal():
    assert Symmetric(0.29)(np.zeros(100, int), 2, 0).flipped.sum() == 29
    assert Symmetric(0.299)(np.zeros(100, int), 2, 0).flipped.sum() == 29


def test_an_exact_rate_per_class_is_exact_in_every_class():
    per_class = Symmetric(0.3, per_class=True)(LABELS, 10, 1)
    counts = np.bincount(LABELS)
    np.testing.assert_array_equal(off_diagonal(per_class).sum(1), counts * 3 // 10)
    over_all = off_diagonal(Symmetric(0.3)(LABELS, 10, 1)).sum(1)
    assert not np.array_equal(over_all, counts * 3 // 10)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
def test_a_random_rate_follows_the_binomial_law(rate):
    found = Symmetric(rate, exact=False)(LABELS, 10, 1)
    assert found.flipped.sum() != round(rate * N)
    assert within(found.realised_rate, rate, N)


@pytest.mark.parametrize("exact", [True, False])
def test_other_classes_are_equally_likely(exact):
    counts = off_diagonal(Symmetric(0.6, exact=exact)(LABELS, 10, 2))
    for row in counts:
        assert stats.chisquare(row).pvalue > 1e-4
    assert (
        stats.chisquare(counts.ravel(), np.outer(counts.sum(1), np.full(9, 1 / 9)).ravel()).pvalue
        > 1e-4
    )


@pytest.mark.parametrize("rate", [0.2, 0.8])
def test_with_the_class_itself_the_realised_rate_is_smaller(rate):
    found = Symmetric(rate, include_self=True)(LABELS, 10, 3)
    assert within(found.realised_rate, rate * 0.9, N)
    assert not within(found.realised_rate, rate, N)
    assert found.rate == rate
    for row in off_diagonal(found):
        assert stats.chisquare(row).pvalue > 1e-4


@pytest.mark.parametrize(
    ("mapping", "becomes"),
    [
        ("next", {i: (i + 1) % 10 for i in range(10)}),
        ("pair", {i: (i + 1) % 10 for i in range(10)}),
        ("cifar10", CIFAR10),
        ("blocks", {0: 1, 1: 2, 2: 3, 3: 4, 4: 0, 5: 6, 6: 7, 7: 8, 8: 9, 9: 5}),
        ((9, 8, 7, 6, 5, 4, 3, 2, 1, 0), {i: 9 - i for i in range(10)}),
    ],
    ids=str,
)
def test_a_label_becomes_what_the_mapping_says(mapping, becomes):
    found = Asymmetric(0.4, mapping, per_class=True)(LABELS, 10, 4)
    expected = np.zeros((10, 10), int)
    for true, n in enumerate(np.bincount(LABELS)):
        flips = n * 4 // 10 if becomes.get(true, true) != true else 0
        expected[true, true], expected[true, becomes.get(true, true)] = n - flips, flips
        expected[true, true] = n - flips
    np.testing.assert_array_equal(found.transitions, expected)


def test_half_of_the_classes_of_cifar10_stay():
    found = Asymmetric(0.4, "cifar10")(LABELS, 10, 5)
    assert within(found.realised_rate, 0.4 * np.isin(LABELS, list(CIFAR10)).mean(), N)


def test_two_of_each_five_classes_change_places():
    labels = np.arange(N) % 100
    tables = [Asymmetric(1.0, "block-pairs")(labels, 100, seed).transitions > 0 for seed in (0, 1)]
    for becomes in tables:
        np.testing.assert_array_equal(becomes, becomes.T)
        assert becomes.sum() == 100
        blocks = becomes.reshape(20, 5, 20, 5).any((1, 3))
        np.testing.assert_array_equal(blocks, np.eye(20, dtype=bool))
        assert becomes[~np.eye(100, dtype=bool)].sum() == 40
    assert (tables[0] != tables[1]).any()


def test_the_next_class_of_the_same_group():
    assert next_within([0, 1, 0, 2, 1, 0]).tolist() == [2, 4, 5, 3, 1, 0]


@pytest.mark.parametrize(
    "law", [Symmetric(0.5), Asymmetric(0.5), Symmetric(0.5, exact=False)], ids=str
)
def test_a_seed_says_it_all_and_seeds_are_independent(law):
    one, again, other = (law(LABELS, 10, seed) for seed in (1, 1, 2))
    assert one.hash == again.hash != other.hash
    both = (one.flipped & other.flipped).mean()
    assert within(both, 0.25, N)


def images_and_labels(n, n_classes=4):
    generator = np.random.default_rng(11)
    return generator.integers(0, 256, (n, 3, 3, 1), dtype=np.uint8), generator.integers(
        0, n_classes, n
    )


@pytest.mark.parametrize("rate", [0.2, 0.5])
@pytest.mark.parametrize("projection", ["class", "shared"])
def test_instance_dependent_flips_follow_their_truncated_law(rate, projection):
    images, labels = images_and_labels(N)
    found = InstanceDependent(rate, projection=projection)(labels, 4, 0, images)
    mean = stats.truncnorm(-rate / 0.1, (1 - rate) / 0.1, loc=rate, scale=0.1).mean()
    assert within(found.realised_rate, mean, N)


@pytest.mark.parametrize("projection", ["class", "shared"])
@pytest.mark.parametrize("pixel_scale", [1.0, 255.0])
def test_an_image_chooses_its_wrong_class_by_the_softmax_of_its_projection(projection, pixel_scale):
    images, labels = images_and_labels(3)
    times = 4000
    many, of_many = np.repeat(images, times, axis=0), np.repeat(labels, times)
    law = InstanceDependent(0.5, 1e-6, projection, pixel_scale)
    found = law(of_many, 4, 9, many).labels.reshape(3, times)
    # The same stream by hand: rates, the uniform numbers of all images, then the projections class
    # by class.
    generator = np.random.default_rng(9)
    stats.truncnorm(-5e5, 5e5, loc=0.5, scale=1e-6).rvs(len(many), random_state=generator)
    generator.random(len(many))
    drawn = [generator.standard_normal((9, 4)) for _ in range(1 if projection == "shared" else 4)]
    for image, true, labels_found in zip(images, labels, found, strict=True):
        scores = image.ravel() / pixel_scale @ drawn[0 if projection == "shared" else true]
        odds = np.exp(scores - np.delete(scores, true).max()) * (np.arange(4) != true)
        expected = 0.5 * odds / odds.sum() + 0.5 * (np.arange(4) == true)
        shares = np.bincount(labels_found, minlength=4) / times
        assert all(within(*pair, times, sigmas=5) for pair in zip(shares, expected, strict=True))


def test_the_hash_is_that_of_the_labels_on_every_platform():
    labels, truth = [3, 1, 4, 1, 5], [2, 1, 4, 8, 5]
    expected = hashlib.sha256(struct.pack("<10q", *labels, *truth)).hexdigest()
    assert expected == "e9280fbc123dd2f6572912fa4bdf9331ebfa1a3e989dd1c646b960b101289e44"
    for dtype in (">i8", "<i4", "i1"):
        found = NoisyLabels(np.array(labels, dtype), np.array(truth, dtype), 10)
        assert found.hash == expected
    alone = NoisyLabels(np.array(labels), None, 10)
    assert alone.hash == hashlib.sha256(struct.pack("<5q", *labels)).hexdigest()
    assert (alone.flipped, alone.realised_rate, alone.transitions) == (None, None, None)


def test_what_is_saved_is_loaded(tmp_path):
    noisy = Asymmetric(0.4, "cifar10", per_class=True)(LABELS, 10, 6)
    found = NoisyLabels.load(noisy.save(tmp_path / "noise.npz"))
    for name in ("labels", "truth", "flipped", "transitions"):
        np.testing.assert_array_equal(getattr(found, name), getattr(noisy, name))
    assert found.describe() == noisy.describe()
    assert found.describe()["law"]["mapping"] == "cifar10"
    assert [file.name for file in tmp_path.iterdir()] == ["noise.npz"]
    with np.load(tmp_path / "noise.npz", allow_pickle=False) as plain:
        np.testing.assert_array_equal(plain["flipped"], noisy.labels != LABELS)
        assert json.loads(str(plain["about"]))["realised_rate"] == noisy.realised_rate
    unknown = NoisyLabels(LABELS, None, 10)
    assert NoisyLabels.load(unknown.save(tmp_path / "unknown.npz")).truth is None


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    noisy = Symmetric(0.2)(LABELS, 10, 0)
    before = noisy.save(tmp_path / "noise.npz").read_bytes()

    def full(stream, **arrays):
        stream.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(Refusal, match=r"`path` cannot be written, got .*no space left"):
        noisy.save(tmp_path / "noise.npz")
    assert [file.name for file in tmp_path.iterdir()] == ["noise.npz"]
    assert (tmp_path / "noise.npz").read_bytes() == before


def test_changed_labels_are_refused(tmp_path):
    path = Symmetric(0.2)(LABELS, 10, 0).save(tmp_path / "noise.npz")
    with np.load(path) as content:
        arrays = dict(content)
    arrays["labels"][5] = (arrays["labels"][5] + 1) % 10
    np.savez(path, **arrays)
    with pytest.raises(Refusal, match="its labels are not those that were saved"):
        NoisyLabels.load(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(Refusal, match="`path` must be a file of noisy labels"):
        NoisyLabels.load(path)


class Hostile:
    """A pickle that makes a folder when it is read."""

    def __init__(self, trap):
        self.trap = str(trap)

    def __reduce__(self):
        return exec, (f"import os; os.mkdir({self.trap!r})",)


def test_a_hostile_noise_file_runs_nothing(tmp_path):
    trap, path = tmp_path / "trap", tmp_path / "noise.npz"
    np.savez(path, labels=np.array([Hostile(trap)], object), about=np.array("{}"))
    with pytest.raises(Refusal, match="`path` must be a file of noisy labels"):
        NoisyLabels.load(path)
    np.save(tmp_path / "noise.npy", np.array([Hostile(trap)], object))
    with pytest.raises(Refusal, match="`path` must be an array of labels"):
        FromFile(tmp_path / "noise.npy")(LABELS, 10, 0)
    assert not trap.exists()


def test_noise_files_of_others(tmp_path):
    noisy = Symmetric(0.4, include_self=True)(LABELS, 10, 8)
    (tmp_path / "0.4_sym").write_text(json.dumps(noisy.labels.tolist()))
    np.save(tmp_path / "labels.npy", noisy.labels.astype(np.int16))
    noisy.save(tmp_path / "ours.npz")
    for name in ("0.4_sym", "labels.npy", "ours.npz"):
        found = FromFile(tmp_path / name)(LABELS, 10, 0)
        assert found.hash == noisy.hash
        assert (found.rate, found.seed, found.law["type"]) == (None, None, "FromFile")
    assert (
        NoisyLabels.from_dividemix(tmp_path / "0.4_sym", LABELS, 10).realised_rate
        == noisy.realised_rate
    )
    with pytest.raises(Refusal, match=r"`labels` must be those that .*ours.npz was drawn for"):
        FromFile(tmp_path / "ours.npz")(LABELS[::-1], 10, 0)
    with pytest.raises(Refusal, match="`path` must hold one label for each of 5 images, got 20000"):
        FromFile(tmp_path / "0.4_sym")(LABELS[:5], 10, 0)
    with pytest.raises(Refusal, match=r"`path` must lie from 0 to 7, got [89] at place"):
        FromFile(tmp_path / "0.4_sym")(LABELS % 8, 8, 0)


@pytest.mark.parametrize("text", ["[1, 2.5]", "[true]", '{"a": 1}', "[1, 2", "", '["1"]'])
def test_json_of_another_kind_is_refused(tmp_path, text):
    (tmp_path / "noise.json").write_text(text)
    with pytest.raises(Refusal, match="`path` must be a JSON list of"):
        FromFile(tmp_path / "noise.json")(LABELS, 10, 0)


def torch_zip(raw):
    """A file as torch.save writes it since version 1.6."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", raw)
        archive.writestr("archive/version", "3\n")
    return stream.getvalue()


def torch_legacy(raw):
    """A file as torch.save wrote it before."""
    before = (pickles.TORCH_MAGIC, 1001, {"little_endian": True})
    return b"".join(pickle.dumps(part, 2) for part in before) + raw + pickle.dumps([], 2)


def npy(raw):
    """A file as np.save writes an object."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "|O", "fortran_order": False, "shape": ()}
    )
    return stream.getvalue() + raw


FORMATS = {"zip": torch_zip, "legacy": torch_legacy, "npy": npy, "bare": bytes}


def human(**changes):
    return {"clean_label": LABELS, "worse_label": (LABELS + (np.arange(N) % 5 < 2)) % 10} | changes


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("protocol", [2, 4])
def test_human_labels_are_read_without_torch(tmp_path, kind, protocol):
    path = tmp_path / ("CIFAR-10_human.npy" if kind == "npy" else "CIFAR-10_human.pt")
    wrapped = np.array(human(), object) if kind == "npy" else human()
    path.write_bytes(FORMATS[kind](pickle.dumps(wrapped, protocol)))
    for place in (path, tmp_path):
        found = Human("worst", place)(LABELS, 10, 0)
        assert found.realised_rate == 0.4
        np.testing.assert_array_equal(found.labels, human()["worse_label"])


def test_torch_files_are_read_as_torch_writes_them(tmp_path):
    torch = pytest.importorskip("torch")
    for new in (True, False):
        torch.save(human(), tmp_path / "CIFAR-10_human.pt", _use_new_zipfile_serialization=new)
        assert Human("worst", tmp_path)(LABELS, 10, 0).realised_rate == 0.4


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("where", ["everything", "a label"])
def test_hostile_human_labels_run_nothing(tmp_path, kind, where):
    trap, path = tmp_path / "trap", tmp_path / "CIFAR-10_human.pt"
    attack = Hostile(trap) if where == "everything" else human(worse_label=Hostile(trap))
    path.write_bytes(FORMATS[kind](pickle.dumps(attack, 2)))
    with pytest.raises(
        Refusal, match=r"no file of CIFAR-N \(it asks for (__builtin__|builtins).exec"
    ):
        Human("worst", path)(LABELS, 10, 0)
    assert not trap.exists()


def forged(code="i8", shape=(3,), content=b"\x01" + bytes(23)):
    """A pickled dictionary with an array whose state is set by hand."""

    class State:
        def __reduce__(self):
            dtype = np.dtype(code)
            return np.ndarray, ((0,),), (1, shape, dtype, False, content)

    return pickle.dumps({"clean_label": State(), "worse_label": State()}, 2)


FORGED = {
    "objects as bytes": (forged(code="O"), "array of 'O8', not of numbers"),
    "too few bytes": (forged(shape=(4,)), r"shape \(4,\) in 24 bytes"),
    "endless": (forged(shape=(10**15,)), "in 24 bytes"),
    "negative": (forged(shape=(-3,)), "in 24 bytes"),
    "no bytes": (forged(content=[1, 2, 3]), "in no bytes"),
    "strings": (forged(code="S8"), "array of 'S8', not of numbers"),
    "no dictionary": (pickle.dumps([1], 2), "no file of CIFAR-N"),
    "a tensor": (b"\x80\x02}U\x01aU\x01bQs.", "kept outside the pickle, such as a tensor"),
    "a changed function": (
        b"\x80\x02c_codecs\nencode\n}U\x08__name__U\x01xsb.",
        "it changes a function",
    ),
    "another codec": (
        b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00rot13\x86R.",
        "not in latin1",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_arrays_are_refused_before_numpy_sees_them(tmp_path, name):
    raw, words = FORGED[name]
    (tmp_path / "CIFAR-10_human.pt").write_bytes(torch_zip(raw))
    with pytest.raises(Refusal, match=words) as refusal:
        Human("worst", tmp_path)(LABELS, 10, 0)
    assert "\n" not in str(refusal.value)


def test_human_labels_of_other_images_are_refused(tmp_path):
    path = tmp_path / "CIFAR-10_human.pt"
    path.write_bytes(pickle.dumps(human(), 2))
    with pytest.raises(
        Refusal,
        match=r"training labels in the order of CIFAR-10_human.pt, got \d+ others, the first",
    ):
        Human("worst", path)(LABELS[::-1], 10, 0)
    with pytest.raises(Refusal, match="one label for each of 20000 images, got 9"):
        Human("worst", path)(LABELS[:9], 10, 0)
    with pytest.raises(
        Refusal, match="should hold clean_label and aggre_label, got clean_label, worse_label"
    ):
        Human("aggre", path)(LABELS, 10, 0)
    path.write_bytes(pickle.dumps(human(worse_label=LABELS + 1), 2))
    with pytest.raises(Refusal, match="`path` must lie from 0 to 9, got 10"):
        Human("worst", path)(LABELS, 10, 0)


WRONG = {
    "aggre": (4505, "aggre_label"),
    "rand1": (8617, "random_label1"),
    "rand2": (9061, "random_label2"),
    "rand3": (8820, "random_label3"),
    "worst": (20104, "worse_label"),
}


def test_the_official_human_labels(data_dir):
    if not (data_dir / "cifar10n").is_dir():
        pytest.skip("no CIFAR-10N")
    labels = data.load("cifar10", data_dir=data_dir).labels
    with np.load(data_dir / "cifar10n" / "CIFAR-10N.npz", allow_pickle=False) as plain:
        np.testing.assert_array_equal(plain["clean_label"], labels)
        for kind, (wrong, key) in WRONG.items():
            found = Human(kind, data_dir)(labels, 10, 0)
            assert found.flipped.sum() == wrong
            np.testing.assert_array_equal(found.labels, plain[key])
