"""A dask cluster of processes computes what this one computes, also when one is killed."""

import sys

import kill_workers
import numpy as np
import pytest
import zoo

import sigspike as ss
from sigspike.foundation.check import NONNEGATIVE, Refusal
from sigspike.foundation.fields import number

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path):
    print(kill_workers.check(tmp_path, 1))


class Halved(ss.PatchCNN):
    """A network of the user's, in a module that workers can import."""

    gain: float = number(NONNEGATIVE, "the head's gain", default=1.0)

    def hidden(self, upper, overlaps):
        return self.gain * super().hidden(upper, overlaps)


TINY = {"axes": {"problem.snr": [0.1, 0.3], "network.gain": [2.0, 3.0]}, "n_seeds": 2}


def test_a_users_class_computes_on_workers_what_it_computes_here():
    call = TINY | {"experiment": zoo.experiment(network=Halved(3, gain=5.0))}
    here, there = ss.sweep(**call), ss.sweep(**call, cluster="local:1")
    for name in here.variables:
        np.testing.assert_array_equal(here[name], there[name], err_msg=name)
    assert not np.array_equal(here["train_loss"].isel(gain=0), here["train_loss"].isel(gain=1))


def test_a_class_that_workers_cannot_find_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    class Local(Halved):
        pass

    script = type(Halved)("Script", (Halved,), {"__module__": "__main__"})
    monkeypatch.setattr(sys.modules["__main__"], "Script", script, raising=False)
    for kind, name in ((Local, "Local"), (script, "__main__.Script")):
        call = TINY | {
            "experiment": zoo.experiment(network=kind(3, gain=5.0)),
            "store": tmp_path / "local.zarr",
        }
        with pytest.raises(
            Refusal, match=f"`cluster` workers cannot find .*{name} by its name.*module of its own"
        ):
            ss.sweep(**call, cluster="local:1")
    call = TINY | {
        "experiment": zoo.experiment(),
        "axes": {"network": {"a": Halved(3), "b": Local(3)}},
    }
    with pytest.raises(Refusal, match=r"cannot find .*Local by its name"):
        ss.sweep(**call, cluster="local:1")
    assert not list(tmp_path.iterdir())
