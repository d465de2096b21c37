"""A store keeps what is finished, notices damage, and belongs to one sweep and one writer."""

import errno
import json
import os
import random
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import jax
import kill_sweep
import numpy as np
import pytest
import xarray as xr
import zoo

import sigspike as ss
from sigspike.files.store import Store, described, differences
from sigspike.files.store import ledger as entries
from sigspike.files.store.ledger import LEDGER, Ledger
from sigspike.foundation.check import Refusal
from sigspike.foundation.provenance import RULES, under

SETTING = zoo.experiment(algorithm=zoo.specimen(ss.LabelNoiseGD), n_steps=20, record_every=10)
AXES = {"network.width": [2, 3], "problem.snr": [0.1, 0.2, 0.3], "n_samples": [6, 4]}


def call(store, **changes):
    return ss.sweep(
        **({"experiment": SETTING, "axes": AXES, "n_seeds": 2, "store": store} | changes)
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished store, and the same sweep in memory."""
    store = tmp_path_factory.mktemp("store") / "whole.zarr"
    return store, call(store), call(None)


def copied(whole, tmp_path):
    return Path(shutil.copytree(whole[0], tmp_path / "copy.zarr"))


def same(one, other):
    for name in other.data_vars:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    return True


def test_a_store_holds_what_memory_holds(whole):
    _, stored, memory = whole
    assert same(stored, memory)
    assert set(stored.coords) == set(memory.coords)
    for name, values in memory.variables.items():
        assert stored[name].dims == values.dims
        assert stored[name].attrs == values.attrs
    facts = json.loads(stored.attrs["sigspike"])
    assert facts["experiment"] == ss.describe(SETTING)
    assert facts["sessions"][0]["versions"]["sigspike"]
    assert facts["seconds"] > 0


def test_a_store_is_plain_zarr_and_becomes_netcdf(whole, tmp_path):
    store, stored, memory = whole
    with xr.open_zarr(store, consolidated=False) as plain:
        np.testing.assert_array_equal(plain["rho_bar"], memory["rho_bar"])
    stored.to_netcdf(tmp_path / "result.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "result.nc", engine="h5netcdf") as back:
        assert same(back, memory)
        assert back.attrs["sigspike"] == stored.attrs["sigspike"]


def test_what_is_finished_is_not_computed_again(whole, tmp_path):
    store = copied(whole, tmp_path)
    told = []
    assert same(call(store, progress=lambda done, total: told.append((done, total))), whole[2])
    assert told == [(24, 24)]
    assert len(Ledger.of(store).entries) == len(Ledger.of(whole[0]).entries)


def test_a_store_that_was_only_begun_is_made_anew(whole, tmp_path):
    store = copied(whole, tmp_path)
    (store / LEDGER).unlink()
    assert same(call(store), whole[2])


def test_a_chunk_that_is_not_in_the_ledger_is_no_divergence(whole, tmp_path):
    store = copied(whole, tmp_path)
    lines = (store / LEDGER).read_text().splitlines(keepends=True)
    (store / LEDGER).write_text("".join(lines[:3]))
    for path in (store / "test_error" / "c").rglob("*"):
        if path.is_file():
            path.unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = call(store)
    assert same(result, whole[2])
    assert not np.isnan(result["test_error"]).any()


REFUSED = {
    "other seed": (lambda store: call(store, seed=1), "seed: 0 in the store, 1 now"),
    "other number of seeds": (
        lambda store: call(store, n_seeds=3),
        "n_seeds: 2 in the store, 3 now",
    ),
    "other setting": (
        lambda store: call(store, experiment=ss.put(SETTING, "problem.noise_std", 0.75)),
        "experiment.problem.noise_std: 0.5 in the store, 0.75 now",
    ),
    "other axis": (
        lambda store: call(store, axes=AXES | {"n_samples": [6, 5]}),
        "axes.n_samples.n_samples",
    ),
    "a folder of somebody's": (lambda store: call(store.parent), "must be a new folder or a store"),
    "a file": (lambda store: call(store / "zarr.json"), "must be a new folder or a store"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_store_of_something_else_is_refused_and_kept(name, whole, tmp_path):
    store = copied(whole, tmp_path)
    attempt, reason = REFUSED[name]
    with pytest.raises(Refusal) as refusal:
        attempt(store)
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert same(call(store), whole[2])


def test_a_second_writer_is_refused(whole, tmp_path):
    store = copied(whole, tmp_path)
    with Store.open(store, described(store), 24, lambda: ({}, xr.Dataset())):
        script = (
            "import sys; from sigspike.files.store import Store; "
            "from sigspike.foundation.check import Refusal\n"
            "try:\n    Store.open(__import__('pathlib').Path(sys.argv[1]), "
            "{}, 24, None).__enter__()\n"
            "except Refusal as refusal:\n    print(refusal)"
        )
        second = subprocess.run(
            [sys.executable, "-c", script, str(store)], capture_output=True, text=True, check=True
        )
    assert "is being written by another process" in second.stdout


def test_a_full_disk_is_one_sentence_and_loses_nothing(whole, tmp_path, monkeypatch):
    store, append, count = tmp_path / "full.zarr", entries.append, []

    def failing(path, entry):
        count.append(entry)
        if len(count) == 5:  # the beginning, the session, two chunks
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        append(path, entry)

    monkeypatch.setattr(entries, "append", failing)
    with pytest.raises(
        Refusal, match="cannot be written \\(No space left on device\\); what is finished is kept"
    ):
        call(store)
    monkeypatch.undo()
    assert len(Ledger.of(store).chunks) == 2
    assert same(call(store), whole[2])


def test_differences_are_paths():
    old, new = {"a": {"b": 1, "c": [1, 2]}, "d": 0}, {"a": {"b": 2, "c": [1, 2]}, "e": 0}
    assert differences(old, new) == [
        "a.b: 1 in the store, 2 now",
        "d: 0 in the store, null now",
        "e: null in the store, 0 now",
    ]


def _stop_after(n_chunks):
    told = []

    def progress(done, total):
        told.append(done)
        if len(told) > n_chunks:
            raise KeyboardInterrupt

    return progress


def test_an_unfinished_store_says_so(whole, tmp_path):
    store = tmp_path / "part.zarr"
    with pytest.raises(KeyboardInterrupt):
        call(store, progress=_stop_after(2))
    with pytest.warns(UserWarning, match="of 24 trainings are there, the others read as NaN"):
        data = ss.load(store)
    there = int(data["test_error"].isel(time=-1).notnull().sum())
    assert 0 < there < 24
    assert json.loads(json.dumps(data.attrs))["unfinished"].startswith(f"{there} of 24 trainings")
    assert "unfinished" not in call(store).attrs
    assert same(ss.load(store), whole[1].drop_vars("fraction_diverged"))


def test_numbers_without_a_line_are_not_shown(whole, tmp_path):
    store = copied(whole, tmp_path)
    lines = (store / LEDGER).read_text().splitlines(keepends=True)
    (store / LEDGER).write_text("".join(lines[:3]))
    with pytest.warns(UserWarning, match="of 24 trainings"):
        assert (
            int(ss.load(store)["test_error"].isel(time=-1).notnull().sum())
            == json.loads(lines[2])["trainings"]
        )


def test_a_store_of_other_rules_is_refused(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["sigspike.sweeps.sweep"], "RULES", RULES + 1)
    with pytest.raises(Refusal, match=f"was written by rules {RULES}, now they are {RULES + 1}"):
        call(copied(whole, tmp_path))


DRAWS = {"jax_threefry_partitionable": False, "jax_default_prng_impl": "rbg"}


@pytest.mark.parametrize("name", DRAWS)
def test_settings_of_jax_under_which_a_cell_is_not_its_run_are_refused(name):
    with (
        under({name: DRAWS[name]}),
        pytest.raises(Refusal, match=f"`{name}` must be .* for a sweep"),
    ):
        call(None)


def test_settings_of_jax_belong_to_the_description(whole, tmp_path):
    offset = "jax_random_seed_offset"
    jax.config.update(offset, 1)
    try:
        with pytest.raises(Refusal, match=f"jax.{offset}: 0 in the store, 1 now"):
            call(copied(whole, tmp_path))
    finally:
        jax.config.update(offset, 0)


def test_settings_of_one_thread_hold_in_all_that_compute():
    other = not jax.config.jax_enable_x64
    with under({"jax_enable_x64": other}):
        setting = zoo.experiment(n_steps=20, record_every=10)
        cell = call(None, experiment=setting, axes={"problem.snr": [0.1]}).isel(snr=0, seed=0)
        alone = ss.simulate(
            ss.put(setting, "problem.snr", 0.1), jax.random.fold_in(jax.random.key(0), 0)
        )
    assert cell["train_loss"].dtype == alone.train_loss.dtype == ("float64" if other else "float32")
    np.testing.assert_allclose(cell["train_loss"], alone.train_loss, rtol=1e-5)


def test_other_labels_are_another_sweep(whole, tmp_path):
    named = AXES | {
        "problem.snr": ss.Linked({"problem.snr": [0.1, 0.2, 0.3]}, labels=["a", "b", "c"])
    }
    with pytest.raises(Refusal, match=r"labels\.snr"):
        call(copied(whole, tmp_path), axes=named)


def test_killed_at_random_moments_the_data_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("JAX_ENABLE_X64", "1" if jax.config.jax_enable_x64 else "0")
    print(kill_sweep.check(tmp_path, 3, random.randrange(10**6)))
