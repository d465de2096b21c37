"""A dask cluster of real processes computes what this process computes, also when one of them is killed."""

import os
import signal
import threading
import time

import jax
import numpy as np
import pytest
import zoo

import sigspike as ss
from sigspike.store.ledger import Ledger
from sigspike.sweeps import workers

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")

SETTING = zoo.experiment(
    algorithm=zoo.specimen(ss.LabelNoiseGD), n_steps=2000, record_at=(2000,), record_every=None, measure="summary"
)
CALL = {"experiment": SETTING, "axes": {"algorithm.flip_rate": [0.0, 0.1, 0.2]}, "n_seeds": 24}


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path, monkeypatch):
    killed = []

    def killer(client):
        while not Ledger.of(tmp_path / "killed.zarr").chunks:
            time.sleep(0.01)
        pids = client.run(os.getpid)
        victim = next(iter(pids.values()))
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    plain_client = workers._client

    def watched(address):
        from contextlib import contextmanager

        @contextmanager
        def opened():
            with plain_client(address) as client:
                threading.Thread(target=killer, args=(client,), daemon=True).start()
                yield client

        return opened()

    whole = ss.sweep(**CALL, store=tmp_path / "whole.zarr", cluster="local:2")
    monkeypatch.setattr(workers, "_client", watched)
    data = ss.sweep(**CALL, store=tmp_path / "killed.zarr", cluster="local:2")
    assert len(killed) == 1
    for name in whole.data_vars:
        np.testing.assert_array_equal(data[name], whole[name], err_msg=name)
    assert data["test_error"].dtype == np.asarray(jax.numpy.zeros(())).dtype
