"""A user's class or function is described by what it does: edited under its name it is another."""

import functools
import importlib
import json
import os
import subprocess
import sys

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo

import sigspike as ss
from sigspike.foundation.check import Refusal
from sigspike.foundation.code import code_of
from sigspike.sweeps.names import check_codes, importable

MODULE = '''
import jax.numpy as jnp
import sigspike as ss

BY = 0.5

def shrink(x):
    return BY * x

class Base(ss.PatchCNN):
    gain = 1.0
    def scaled(self, x):
        return self.gain * shrink(x)

class Mine(Base):
    """A network."""
    def hidden(self, upper, overlaps):
        # half of it
        names = {"a", "b", "c"}
        return self.scaled(super().hidden(upper, overlaps)) + 0 * len(names)
'''
SAME = {
    "comments": ("# half of it", "# another comment"),
    "docstrings": ("A network.", "Another docstring."),
    "lines": ("BY = 0.5", "\n\n\nBY = 0.5"),
    "what it does not name": ("BY = 0.5", "BY = 0.5\nOTHER = 3"),
}
OTHER = {
    "a method": ("+ 0 *", "+ 1 *"),
    "a base class": ("self.gain *", "2 * self.gain *"),
    "an attribute of the class": ("gain = 1.0", "gain = 1.5"),
    "a function that it calls": ("BY * x", "BY / x"),
    "a constant of the module": ("BY = 0.5", "BY = 0.25"),
    "a constant of one size in a set": ('"c"', '"d"'),
    "its base": ("Base(ss.PatchCNN)", "Base(ss.LinearModel)"),
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module of a user's and import it anew."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(text):
        (tmp_path / "users_own.py").write_text(text)
        sys.modules.pop("users_own", None)
        importlib.invalidate_caches()
        return importlib.import_module("users_own")

    yield write
    sys.modules.pop("users_own", None)


@pytest.mark.parametrize("name", [*SAME, *OTHER])
def test_code_is_what_runs(name, module):
    before = code_of(module(MODULE).Mine)
    old, new = (SAME | OTHER)[name]
    assert (code_of(module(MODULE.replace(old, new)).Mine) == before) == (name in SAME)


def test_code_is_the_same_in_every_process(module, tmp_path):
    here = code_of(module(MODULE).Mine)
    call = [
        sys.executable,
        "-c",
        "import users_own; "
        "from sigspike.foundation.code import code_of; print(code_of(users_own.Mine))",
    ]
    for seed in "12":
        path = os.pathsep.join([str(tmp_path), *sys.path])
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path}
        assert (
            subprocess.run(
                call, env=environment, capture_output=True, text=True, check=True
            ).stdout.strip()
            == here
        )


def test_the_code_that_runs_is_described_and_not_the_file(module, tmp_path):
    mine = module(MODULE).Mine
    before = code_of(mine)
    (tmp_path / "users_own.py").write_text(MODULE.replace("+ 0 *", "+ 1 *"))
    assert code_of(mine) == before


def test_closures_partials_and_compiled_functions_are_told_apart():
    def power(q):
        return lambda x: x**q

    made = [
        power(1),
        power(2),
        functools.partial(jnp.clip, min=0),
        functools.partial(jnp.clip, min=1),
    ]
    made += [jax.jit(power(1)), jax.jit(power(2)), jax.custom_jvp(power(3)), lambda x: x + 1]
    codes = [json.dumps(ss.describe(function)) for function in made]
    assert len(set(codes)) == len(made)
    assert ss.describe(power(2)) == ss.describe(power(2))


@pytest.mark.parametrize(
    "kind", [*zoo.concrete(ss.Problem), *zoo.concrete(ss.Network), *zoo.concrete(ss.Algorithm)]
)
def test_sigspikes_own_classes_have_no_code_and_a_users_subclass_has(kind):
    assert "code" not in ss.describe(zoo.specimen(kind))
    name = f"Own{kind.__name__}"
    own = type(kind)(name, (kind,), {"__module__": __name__})
    described = ss.describe(zoo.specimen(own))
    other = type(kind)(name, (kind,), {"__module__": __name__, "factor": 2.0})
    assert described["code"] != ss.describe(zoo.specimen(other))["code"]
    plain = {field: value for field, value in described.items() if field != "code"}
    assert plain == ss.describe(zoo.specimen(kind)) | {"type": name}


class Bent(ss.PatchCNN):
    """A network with a function, a dictionary and a set of the user's choice."""

    bend: object = eqx.field(static=True, default=jnp.tanh)
    options: object = eqx.field(static=True, default=None)
    code: float = 1.0

    def hidden(self, upper, overlaps):
        return self.bend(super().hidden(upper, overlaps))


STATIC = {
    "a function of jax": (jnp.tanh, None),
    "a lambda": (lambda z: 2 * z, None),
    "a partial": (functools.partial(jnp.clip, min=0.1), None),
    "a bound method": (np.float64(2.0).__mul__, None),
    "a class": (jax.Array, None),
    "a dictionary": (jnp.sin, (("a", (1, 2.5, None)), ("b", float("nan")))),
    "a complex number": (jnp.cos, 1 + 2j),
    "a set": (jnp.exp, frozenset({"x", "y"})),
    "bytes": (jnp.abs, b"\xff"),
}


@pytest.mark.parametrize("name", STATIC)
def test_whatever_a_field_holds_is_described(name):
    bend, options = STATIC[name]
    described = ss.describe(Bent(3, bend=bend, options=options))
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    others = [
        ss.describe(Bent(3, bend=a, options=b)) for key, (a, b) in STATIC.items() if key != name
    ]
    assert described not in others
    assert described["field code"] == 1.0


def test_what_cannot_be_described_is_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["sigspike.sweeps.workers"], "compute", None)
    setting = zoo.experiment(network=Bent(3, options=object()), n_steps=2, record_every=None)
    with pytest.raises(Refusal, match=r"`experiment.network.options` must be made of numbers"):
        ss.sweep(setting, {"problem.snr": [0.1]})
    assert not list(tmp_path.iterdir())


def test_a_callable_field_is_swept_into_a_store(tmp_path):
    setting = zoo.experiment(network=Bent(3, bend=lambda z: 2 * z), n_steps=4, record_every=2)
    data = ss.sweep(setting, {"problem.snr": [0.1]}, store=tmp_path / "bent.zarr")
    alone = ss.simulate(
        ss.put(setting, "problem.snr", 0.1), jax.random.fold_in(jax.random.key(0), 0)
    )
    np.testing.assert_allclose(data["train_loss"].squeeze(), alone.train_loss, rtol=1e-6)
    edited = ss.put(setting, "network", Bent(3, bend=lambda z: 3 * z))
    with pytest.raises(Refusal, match=r"experiment.network.bend.code: .* in the store, .* now"):
        ss.sweep(edited, {"problem.snr": [0.1]}, store=tmp_path / "bent.zarr")


def test_a_class_that_was_edited_is_refused_for_the_same_store(module, tmp_path):
    def call(text):
        setting = zoo.experiment(network=module(text).Mine(3), n_steps=4, record_every=2)
        return ss.sweep(setting, {"problem.snr": [0.1]}, store=tmp_path / "mine.zarr")

    first = call(MODULE)
    assert call(MODULE.replace("A network.", "The same."))["train_loss"].equals(first["train_loss"])
    with pytest.raises(Refusal, match=r"experiment.network.code: .* in the store, .* now"):
        call(MODULE.replace("BY * x", "BY / x"))


def test_workers_with_another_class_or_without_it_refuse(module, tmp_path):
    codes = importable(zoo.experiment(network=module(MODULE).Mine(3)))
    check_codes(codes)
    module(MODULE.replace("BY * x", "BY / x"))
    with pytest.raises(Refusal, match=r"have another users_own.Mine; bring its file up to date"):
        check_codes(codes)
    module("")
    with pytest.raises(Refusal, match=r"cannot import users_own.Mine"):
        check_codes(codes)
    with pytest.raises(Refusal, match=r"must have the same sigspike"):
        check_codes((codes[0] - 1, ()))
