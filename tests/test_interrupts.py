"""Interrupts end the work in order, from the first line on, and none is lost."""

import gc
import random
import signal
import sys
import time
import warnings

import interrupt_sweep
import pytest
import zoo

import sigspike as ss
from sigspike.files.store.ledger import Ledger

SETTING = zoo.experiment(n_steps=20, record_every=10)
AXES = {"problem.snr": [0.1, 0.2, 0.3], "n_samples": [6, 4]}


def test_the_command_hears_interrupts_at_every_moment(tmp_path):
    print(interrupt_sweep.check(tmp_path, 4, random.randrange(10**6), longest=8))


def test_an_interrupted_sweep_says_what_is_kept_and_goes_on(tmp_path):
    store = tmp_path / "grid.zarr"
    process = interrupt_sweep.start(interrupt_sweep.sweep(store), tmp_path)
    while not Ledger.of(store).chunks:
        assert process.poll() is None
        time.sleep(0.05)
    _, said = interrupt_sweep.interrupt(process, signal.SIGINT, tmp_path)
    assert "trainings are kept in" in said
    kept = Ledger.of(store).n_trainings
    assert f"{kept} of 120 trainings are kept" in said
    with pytest.warns(UserWarning, match=f"{kept} of 120 trainings are there"):
        ss.load(store)


SWALLOWED = """
import gc, signal, sys
print("up", flush=True)
import sigspike.cli.main, sigspike.cli.run, jax
left = [1]
def once(*_):
    ours = signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    if left and "sigspike_entry" in sys.modules and ours:
        left.pop()
        signal.raise_signal(signal.SIGINT)
gc.callbacks.append(once)
from sigspike_entry import entry
sys.argv[0] = "sigspike"
entry()
"""


def test_an_interrupt_in_the_garbage_collector_comes_again(tmp_path):
    process = interrupt_sweep.start(
        interrupt_sweep.sweep(tmp_path / "grid.zarr"), tmp_path, SWALLOWED
    )
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert said.count("interrupted") == 1


def test_a_sweep_in_python_loses_no_interrupt(tmp_path, monkeypatch):
    swallowed = []
    monkeypatch.setattr(
        sys, "unraisablehook", lambda unraisable: swallowed.append(unraisable.exc_type)
    )

    def collected(phase, info):
        gc.callbacks.remove(collected)
        signal.raise_signal(signal.SIGINT)

    def progress(done, total):
        if done and not swallowed:
            gc.callbacks.append(collected)
            gc.collect()

    usual = signal.getsignal(signal.SIGINT)
    store = tmp_path / "grid.zarr"
    with pytest.raises(KeyboardInterrupt):
        ss.sweep(SETTING, AXES, store=store, progress=progress)
    assert swallowed == [KeyboardInterrupt]
    assert signal.getsignal(signal.SIGINT) is usual
    assert Ledger.of(store).chunks
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole = ss.sweep(SETTING, AXES, store=store)
    assert not whole["test_error"].isnull().any()


DEAF = """
import sigspike.cli.main, sigspike_entry

def command(arguments):
    print("up", flush=True)
    while True:
        pass

sigspike.cli.main.command = command
sigspike_entry.Signals._hear = lambda *_: None
sigspike_entry.PATIENCE = 0.5
sigspike_entry.entry()
"""


def test_a_program_ends_even_while_its_main_thread_does_not_listen(tmp_path):
    process = interrupt_sweep.start([], tmp_path, DEAF)
    seconds, said = interrupt_sweep.interrupt(process, signal.SIGINT, tmp_path)
    assert seconds < 5
    assert "ended in the middle of its work" in said
