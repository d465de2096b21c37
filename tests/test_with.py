"""``--with``: the real command, in a folder with a user's script."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

import sigspike as ss
from sigspike.cli.main import main

SCRIPT = '''"""A problem and a loss of the user's."""

import jax

import sigspike as ss
from sigspike.foundation.check import POSITIVE
from sigspike.foundation.fields import number


class Louder(ss.SignalNoise):
    """A signal that is ``gain`` times as long."""

    gain: float = number(POSITIVE, "gain of the signal", default=2.0, kw_only=True)

    def strengths(self):
        return self.gain * super().strengths()


class Gentle(ss.Loss):
    """Half the logistic loss."""

    def __call__(self, margin):
        return jax.nn.softplus(-margin) / 2
'''
ENTRY = "import sys; from sigspike_entry import entry; sys.argv[0] = 'sigspike'; entry()"
SIZES = ["--n-samples", "10", "--n-steps", "4", "--n-test", "20"]
NUMBERS = ["--problem.dim", "50", "--problem.noise-std", "0.5", "--problem.signal-strength"]
MINE = [
    "problem:louder",
    *NUMBERS,
    "2",
    "algorithm:gradient-descent",
    "--algorithm.learning-rate",
    "0.2",
]
MINE += ["algorithm.loss:gentle"]
OURS = [
    "problem:signal-noise",
    *NUMBERS,
    "4",
    "algorithm:gradient-descent",
    "--algorithm.learning-rate",
    "0.1",
]
SPEC = """
n_seeds = 2
[experiment]
n_samples = 10
n_steps = 4
n_test = 20
problem = {type = "Louder", dim = 50, signal_strength = 2.0, noise_std = 0.5}
algorithm = {type = "GradientDescent", learning_rate = 0.2, loss = {type = "Gentle"}}
[axes]
"problem.gain" = [1.0, 3.0]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.py").write_text(SCRIPT)
    (tmp_path / "grid.toml").write_text(SPEC)
    return tmp_path


def call(folder, *words: str) -> subprocess.CompletedProcess:
    """The command, as a user types it."""
    line = [sys.executable, "-P", "-c", ENTRY, *words]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        line, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def said(folder, *words: str) -> str:
    """What a call prints that goes well."""
    done = call(folder, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(folder, *words: str) -> str:
    """The one sentence of a call that does not."""
    done = call(folder, *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("sigspike: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The records of sigspike's own classes."""
    return json.loads(said(tmp_path_factory.mktemp("own"), "run", "--json", *SIZES, *OURS))[
        "data_vars"
    ]


@pytest.mark.parametrize(
    "place", ["before the command", "behind it", "among the sub-commands", "at the end"]
)
def test_a_users_classes_run_wherever_the_option_stands(folder, place, own):
    """Twice the signal and half the loss at twice the step: sigspike's own classes at other
    numbers.
    """
    words = ["run", "--json", *SIZES, *MINE]
    at = {
        "before the command": 0,
        "behind it": 1,
        "among the sub-commands": -4,
        "at the end": len(words),
    }[place]
    option = ["--with=mine.py"] if place == "behind it" else ["--with", "mine.py"]
    mine = json.loads(said(folder, *words[:at], *option, *words[at:]))["data_vars"]
    for name in ("train_loss", "gamma_max", "test_error"):
        found = np.asarray(mine[name]["data"]) * (2 if name == "train_loss" else 1)
        np.testing.assert_allclose(found, own[name]["data"], rtol=1e-4, atol=1e-7, err_msg=name)


def test_without_the_option_they_are_unknown(folder):
    done = call(folder, "run", *SIZES, *MINE)
    assert done.returncode == 2
    assert "problem:louder" in done.stderr
    assert "`experiment.problem.type` must be one of" in refused(
        folder, "sweep", "--file", "grid.toml", "--dry-run"
    )


def test_a_file_names_them_and_a_store_knows_their_code(folder):
    words = ["sweep", "--with", "mine.py", "--file", "grid.toml", "--store", "grid.zarr"]
    assert "gain 2 × seed 2 × time 5" in said(folder, *words)
    data = ss.load(folder / "grid.zarr")
    facts = json.loads(data.attrs["sigspike"])
    assert facts["experiment"]["problem"]["type"] == "Louder"
    assert facts["experiment"]["algorithm"]["loss"]["type"] == "Gentle"
    assert float(data["gamma_max"].isel(time=-1, gain=1).min()) > float(
        data["gamma_max"].isel(time=-1, gain=0).max()
    )
    said(folder, *words)  # the same classes: nothing is left to do
    (folder / "mine.py").write_text(SCRIPT.replace("(-margin) / 2", "(-margin) / 3"))
    assert "holds another sweep (experiment.algorithm.loss.code" in refused(folder, *words)


def test_check_knows_them_and_help_shows_them(folder):
    shown = said(folder, "check", "--with", "mine.py", "--n-samples", "10", *MINE)
    assert "loss must be Logistic, got Gentle" in shown
    shown = said(folder, "sweep", "--with", "mine.py", "--help")
    assert "problem:louder" in shown


def test_help_shows_the_option(capsys):
    for name in ("run", "sweep", "check"):
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert "--with FILE" in capsys.readouterr().out


def test_several_files_and_what_stands_beside_them(folder):
    (folder / "other").mkdir()
    (folder / "other" / "helper.py").write_text("RATE = 0.2\n")
    text = (
        "import sigspike as ss\nfrom helper import RATE\nfrom mine import Gentle\n\n"
        "class Soft(Gentle):\n    pass\n"
    )
    (folder / "other" / "soft.py").write_text(text)
    words = ["run", "--json", *SIZES, *MINE]
    soft = [word.replace("gentle", "soft") for word in words]
    files = ["--with", "mine.py", "--with", "other/soft.py", "--with", "./mine.py"]
    assert said(folder, *soft, *files) == said(folder, *words, "--with", "mine.py")


def test_workers_of_a_cluster_find_them(folder):
    pytest.importorskip("distributed")
    words = ["sweep", "--with", "mine.py", "--file", "grid.toml"]
    said(folder, *words, "--out", "here.nc")
    said(folder, *words, "--out", "there.nc", "--cluster", "local:1")
    with xr.open_dataset(folder / "here.nc") as here, xr.open_dataset(folder / "there.nc") as there:
        for name in here.variables:
            np.testing.assert_array_equal(here[name], there[name], err_msg=name)


ANSWERS = """
import contextlib, io, json, sys
from sigspike.cli.main import command
answers = {}
for name in sys.argv[1:]:
    error = io.StringIO()
    with contextlib.redirect_stderr(error):
        answers[name] = [command(["run", "--n-steps", "4", "--with", name]), error.getvalue()]
print(json.dumps(answers))
"""
BAD = {
    "nowhere.py": (None, "`with` must be a file that exists, got 'nowhere.py'"),
    "min.py": (None, "did you mean 'mine.py'?"),
    "notes.txt": ("words", "`with` must be a Python file NAME.py, got 'notes.txt'"),
    "a.b.py": ("", "`with` must be a Python file NAME.py, got 'a.b.py'"),
    "words.py": ("x = 1\nthese are words\n", "is no Python: invalid syntax, line 2"),
    "zeros.py": ("\0", "zeros.py"),
    "raises.py": (
        "x = 1\nprint(1 /\n 0)\n",
        "'raises.py' could not be imported, line 2: ZeroDivisionError",
    ),
    "leaves.py": ("import sys\nsys.exit('so it\\nis')\n", "line 2: SystemExit: so it is"),
    "lacks.py": (
        "import no_such_module\n",
        "ModuleNotFoundError: No module named 'no_such_module'",
    ),
    "refuses.py": (
        "import sigspike as ss\nss.GradientDescent(-1)\n",
        "Refusal: `learning_rate` must be a number",
    ),
    "numpy.py": ("", "'numpy.py' bears the name of another module, numpy"),
    "random.py": ("", "'random.py' bears the name of another module, random"),
    "adam.py": (
        "import sigspike as ss\nclass Adam(ss.Adam):\n    pass\n",
        "`Adam` must be the name of one class",
    ),
}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    """What each bad file is answered, all in one process."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "mine.py").write_text(SCRIPT)
    for name, (text, _) in BAD.items():
        if text is not None:
            (folder / name).write_text(text)
    line = [sys.executable, "-P", "-c", ANSWERS, *BAD]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence(sentences, name):
    code, error = sentences[name]
    assert code == 2
    assert error.startswith("sigspike: `"), error
    assert error.count("\n") == 1, error
    assert BAD[name][1] in error


def test_two_files_of_one_name_are_refused_and_a_file_must_be_named(folder):
    (folder / "other").mkdir()
    (folder / "other" / "mine.py").write_text("")
    sentence = refused(folder, "check", "--with", "mine.py", "--with", "other/mine.py")
    assert "'other/mine.py' bears the name of another module, mine, of " in sentence
    assert call(folder, "run", *SIZES, "--with").returncode == 2
    assert call(folder, "images", "report", "--folder", ".", "--with", "mine.py").returncode == 2
