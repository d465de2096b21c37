"""Whatever is damaged in a store is noticed, and mended by the same call or refused."""

import json
import random
import shutil
import warnings

import flip_bits
import pytest
import test_store
from test_store import call, copied, same

import sigspike as ss
from sigspike.files.store import described
from sigspike.files.store.ledger import LEDGER, Ledger
from sigspike.foundation.check import Refusal

whole = test_store.whole

DAMAGES = {
    "missing": lambda file: file.unlink(),
    "half-written": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "one bit": lambda file: file.write_bytes(
        bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:]
    ),
    "empty": lambda file: file.write_bytes(b""),
}


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("name", ["test_error", "gamma"])
def test_damage_is_noticed_said_and_repaired(kind, name, whole, tmp_path):
    store = copied(whole, tmp_path)
    chunk = sorted(path for path in (store / name / "c").rglob("*") if path.is_file())[1]
    DAMAGES[kind](chunk)
    with pytest.warns(UserWarning, match="damaged or missing chunks are computed anew: [0-9]+$"):
        assert same(call(store), whole[2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(call(store), whole[2])


def test_a_line_that_was_cut_off_does_not_count(whole, tmp_path):
    store = copied(whole, tmp_path)
    lines = (store / LEDGER).read_bytes()
    (store / LEDGER).write_bytes(lines[:-20])
    with pytest.warns(UserWarning, match="1 damaged or unfinished lines of ledger"):
        assert same(call(store), whole[2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(call(store), whole[2])
    assert len(Ledger.of(store).entries) == len(Ledger.of(whole[0]).entries) + 1  # a session more


def test_flipped_bits_are_noticed_and_mended(tmp_path):
    assert sum(flip_bits.check(tmp_path, 12, random.randrange(10**6)).values()) == 12


def _edit(name, change):
    """Change the JSON of a store's file."""

    def damage(store):
        content = json.loads((store / name).read_text())
        (store / name).write_text(json.dumps(change(content) or content))

    return damage


def _add(line):
    def damage(store):
        with (store / LEDGER).open("a") as file:
            file.write(line + "\n")

    return damage


def _forget_beginning(store):
    lines = (store / LEDGER).read_text().splitlines(keepends=True)
    (store / LEDGER).write_text("".join(lines[1:]))


def _odd_blocks(store):
    _forget_beginning(store)
    _edit(
        "zarr.json",
        lambda content: content["attributes"].update(sigspike='{"blocks": {"width": "x"}}'),
    )(store)


def _written(name, kind):
    def damage(store):
        text = (store / name).read_text()
        (store / name).write_text(
            {"spaces": text + "\n", "{": text[: len(text) // 2]}.get(kind, kind)
        )
        if kind == "missing":
            (store / name).unlink()

    return damage


KINDS = {
    "zarr.json": ("", "{", "[]", "{}", "missing", "spaces"),
    "gamma/zarr.json": ("[]",),
    "snr/zarr.json": ("",),
}
MENDED = {
    "an array is gone": lambda store: shutil.rmtree(store / "gamma"),
    "a label is gone": lambda store: shutil.rmtree(store / "snr" / "c"),
    "an array of another shape": _edit(
        "gamma/zarr.json", lambda content: content.update(shape=[1, 1])
    ),
    "another value of fill": _edit("time/zarr.json", lambda content: content.update(fill_value=7)),
    "the first line is gone": _forget_beginning,
    "a line of another sweep": _add(
        '{"chunk": 1, "files": {}, "trainings": 1, "seconds": 0, "sum": "00"}'
    ),
    **{
        f"a line: {line}": _add(line)
        for line in (
            "3",
            "[]",
            "null",
            '{"chunk": "x"}',
            '{"chunk": -1}',
            '{"chunk": 1000000000, "digest": 3}',
            '{"session": 0}',
        )
    },
    **{f"{name}: {kind}": _written(name, kind) for name, kinds in KINDS.items() for kind in kinds},
}


@pytest.mark.parametrize("name", MENDED)
def test_odd_labels_metadata_and_lines_are_said_and_mended(name, whole, tmp_path):
    store = copied(whole, tmp_path)
    MENDED[name](store)
    assert flip_bits.noticed_by_load(store, whole[1])
    with pytest.warns(UserWarning, match="anew|count no more"):
        assert same(call(store), whole[2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(ss.load(store), whole[1].drop_vars("fraction_diverged"))


LOST = {
    "neither place says what it holds": lambda store: (
        _forget_beginning(store),
        (store / "zarr.json").write_text(""),
    ),
    "blocks that are no numbers": _odd_blocks,
}


@pytest.mark.parametrize("name", LOST)
def test_a_store_that_cannot_be_mended_is_one_sentence(name, whole, tmp_path):
    store = copied(whole, tmp_path)
    LOST[name](store)
    for attempt in (ss.load, call):
        with pytest.raises(Refusal) as refusal:
            attempt(store)
        assert "\n" not in str(refusal.value)
        assert "make room" not in str(refusal.value)
    assert len(Ledger.of(store).chunks) == len(Ledger.of(whole[0]).chunks), (
        "what is left must not be deleted"
    )


def test_a_store_damaged_after_it_was_loaded_is_refused_when_it_is_looked_at(whole, tmp_path):
    store = copied(whole, tmp_path)
    data = ss.load(store)
    next(path for path in (store / "gamma" / "c").rglob("*") if path.is_file()).unlink()
    with pytest.raises(Refusal, match="damaged since it was loaded"):
        data["gamma"].load()


def test_a_store_from_before_there_were_rules_is_refused(whole, tmp_path):
    store = copied(whole, tmp_path)
    old = {
        name: value
        for name, value in described(store).items()
        if name not in ("rules", "labels", "jax")
    }
    _edit("zarr.json", lambda content: content["attributes"].update(sigspike=json.dumps(old)))(
        store
    )
    (store / LEDGER).write_text('{"session": {}}\n{"chunk": 0, "digest": "00", "seconds": 1.0}\n')
    with pytest.raises(
        Refusal, match="was written by an earlier sigspike, whose rules had no number"
    ):
        call(store)
    with pytest.raises(Refusal, match="has no checksums of its labels"):
        ss.load(store)
