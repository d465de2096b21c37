"""The command line: what it prints, and how it refuses."""

import json
import os
import subprocess
import sys

import jax
import numpy as np
import pytest
import xarray as xr
from command_line import SIGNAL
from conftest import FLOAT32

import sigspike as ss
from sigspike.cli.main import main

TINY = ["--n-samples", "10", "--n-steps", "4", "--n-test", "20"]


def test_run_prints_a_summary(capsys):
    main(
        [
            "run",
            *TINY,
            *SIGNAL,
            "algorithm:label-smoothing",
            "--algorithm.learning-rate",
            "0.1",
            "--algorithm.alpha",
            "0.2",
        ]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["step", "train"]
    assert [int(line.split()[0]) for line in lines[1:]] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("measure", ["summary", "coefficients"])
def test_run_prints_records_as_json_and_draws_them(measure, tmp_path, capsys):
    main(
        ["run", *TINY, "--json", "--measure", measure, "--plot", str(tmp_path / "run.png"), *SIGNAL]
    )
    records = json.loads(capsys.readouterr().out)
    assert records["coords"]["time"]["data"] == [0, 1, 2, 3, 4]
    assert len(records["data_vars"]["test_error"]["data"]) == 5
    assert ("gamma" if measure == "coefficients" else "gamma_max") in records["data_vars"]
    assert (tmp_path / "run.png").stat().st_size > 10_000


def test_run_says_when_it_diverged(capsys):
    main(
        ["run", *TINY, *SIGNAL, "algorithm:gradient-descent", "--algorithm.learning-rate", "1e300"]
    )
    assert "The run diverged at step" in capsys.readouterr().out


SWEPT = ["--axis", "problem.snr", "0.1", "0.3", "--axis", "n-samples", "6", "8", "--n-seeds", "2"]
SPEC = """
n_seeds = 2
[experiment]
n_samples = 10
n_steps = 4
n_test = 20
problem = {dim = 50}
algorithm = {type = "LabelNoiseGD", learning_rate = 0.5}
[axes]
"problem.snr" = {start = 0.1, stop = 0.3, num = 2}
n_samples = [6, 8]
[axes.along]
fields = {"problem.noise_std" = [0.5, 1.0], "network.init_std" = [0.01, 0.02]}
about = "both"
[axes.algorithm]
plain = {type = "GradientDescent", learning_rate = 0.5}
noisy = {flip_rate = 0.2}
"""


def test_sweep_goes_to_a_file_and_a_store_and_says_what_it_found(tmp_path, capsys):
    places = ["--out", str(tmp_path / "grid.nc"), "--store", str(tmp_path / "grid.zarr")]
    main(["sweep", *TINY, *SWEPT, *places, *SIGNAL])
    shown = capsys.readouterr().out
    assert "snr 2 × n_samples 2 × seed 2 × time 5" in shown
    assert "0 % of the trainings diverged" in shown
    with xr.open_dataset(tmp_path / "grid.nc", engine="h5netcdf") as data:
        np.testing.assert_array_equal(
            data["test_error"], ss.load(tmp_path / "grid.zarr")["test_error"]
        )
        assert list(data["n_samples"].values) == [6, 8]


def test_a_file_describes_a_sweep(tmp_path, capsys):
    (tmp_path / "spec.toml").write_text(SPEC)
    main(
        [
            "sweep",
            "--file",
            str(tmp_path / "spec.toml"),
            "--out",
            str(tmp_path / "grid.nc"),
            "--seed",
            "3",
        ]
    )
    with xr.open_dataset(tmp_path / "grid.nc", engine="h5netcdf") as data:
        facts = json.loads(data.attrs["sigspike"])
        assert data["test_error"].dims == ("snr", "n_samples", "along", "algorithm", "seed", "time")
        assert list(data["algorithm"].values) == ["plain", "noisy"]
        assert data["along"].attrs["long_name"] == "both"
    assert facts["seed"] == 3
    assert facts["experiment"]["problem"]["dim"] == 50
    assert facts["axes"]["algorithm"]["algorithm"][1]["labels"]["flip_rate"] == pytest.approx(0.2)
    (tmp_path / "spec.json").write_text(
        json.dumps({"axes": {"problem.snr": [0.1]}, "experiment": {"n_steps": 2}})
    )
    main(["sweep", "--file", str(tmp_path / "spec.json"), "--dry-run"])
    shown = capsys.readouterr().out
    for word in ("trainings     1", "chunks", "compilations  1", "result", "time          about"):
        assert word in shown


def test_the_compilation_cache_is_on_and_silent(tmp_path):
    call = [
        sys.executable,
        "-c",
        "import sys; from sigspike_entry import entry; sys.argv[0] = 'sigspike'; entry()",
    ]
    call += ["run", *TINY, *SIGNAL]
    set_here = ("TF_CPP_MIN_LOG_LEVEL", "JAX_COMPILATION_CACHE_DIR")
    environment = {name: value for name, value in os.environ.items() if name not in set_here}
    environment |= {"XDG_CACHE_HOME": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
        assert done.stderr == ""
    assert any((tmp_path / "sigspike").iterdir())


def test_every_algorithm_network_and_problem_is_a_command(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["run", "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    for name in (
        "gradient-descent",
        "label-noise-gd",
        "label-smoothing",
        "sam",
        "sgd",
        "meta-reweighting",
    ):
        assert f"algorithm:{name}" in shown
    assert "network:three-layer-cnn" in shown
    for name in ("mnist", "digits", "cifar10"):
        assert f"problem:{name}" in shown


PLAIN = ["run", "algorithm:gradient-descent", "--algorithm.learning-rate", "0.1"]
RELU = ["network:patch-cnn", "network.activation:relu-power"]
BAD = {
    "flip rate": (
        ["run", "algorithm:label-noise-gd", "--algorithm.flip-rate", "1.3"],
        "flip_rate",
        "1.3",
    ),
    "not a number": (
        ["run", "algorithm:label-noise-gd", "--algorithm.flip-rate", "nan"],
        "flip_rate",
        "nan",
    ),
    "width": (["run", "network:patch-cnn", "--network.width", "-3"], "width", "-3"),
    "power": (["run", *RELU, "--network.activation.power", "0.5"], "power", "0.5"),
    "dimension": (["run", "problem:signal-noise", "--problem.dim", "1"], "dim", "1"),
    "no samples": (["run", "--n-samples", "0"], "n_samples", "0"),
    "record interval": (["run", "--record-every", "7"], "record_every", "7"),
    "record steps": (["run", "--record-at", "5", "3"], "record_at", "(5, 3)"),
    "negative steps": (["run", "--n-steps", "-1"], "n_steps", "-1"),
    "Adam in coefficients": (
        [
            "run",
            "algorithm:gradient-descent",
            "--algorithm.learning-rate",
            "0.1",
            "algorithm.optimiser:adam",
        ],
        "space",
        "coefficients",
    ),
    "plot": (["run", "--plot", "run.txt"], "plot", "run.txt"),
    "plot folder": (["run", "--plot", "nowhere/run.png"], "plot", "nowhere/run.png"),
    "no MNIST": (["run", "problem:mnist", "--problem.data-dir", "nowhere"], "data_dir", "nowhere"),
    "truncated MNIST": (
        ["run", "problem:mnist", "--problem.data-dir", "{truncated}"],
        "data_dir",
        "1016",
    ),
    "figure": (["reproduce", "low-snr", "--only", "fig9"], "only", "fig9"),
    "data folder": (["reproduce", "low-snr", "--data-dir", "nowhere"], "data_dir", "nowhere"),
    "data missing": (["reproduce", "low-snr", "--only", "cifar"], "data_dir", "none"),
    "data folder of nothing": (
        ["reproduce", "low-snr", "--data-dir", "{truncated}/.."],
        "data_dir",
        "truncated/..",
    ),
    "no CIFAR-10": (
        ["run", "problem:cifar10", "--problem.data-dir", "nowhere"],
        "data_dir",
        "nowhere",
    ),
    "axis of words": (["sweep", "--axis", "problem.snr", "high", "--out", "x.nc"], "axis", "high"),
    "unknown axis": (
        ["sweep", "--axis", "problem.snrr", "1", "--out", "x.nc"],
        "problem.snrr",
        "snr",
    ),
    "no place": (["sweep", "--axis", "problem.snr", "0.1"], "store", "neither"),
    "no folder": (
        ["sweep", "--axis", "problem.snr", "0.1", "--out", "nowhere/x.nc"],
        "out",
        "nowhere/x.nc",
    ),
    "no file": (["sweep", "--file", "nowhere.toml"], "file", "nowhere.toml"),
    "broken file": (["sweep", "--file", "{broken}"], "file", "broken.toml"),
    "unknown key": (["sweep", "--file", "{unknown}"], "file", "'axis'"),
    "unknown type": (["sweep", "--file", "{type}"], "experiment.algorithm.type", "'LabelNoise'"),
    "unwritable folder": (["reproduce", "low-snr", "--out", "{file}/figures"], "out", "figures"),
}

USAGE = {
    "space": ["run", "--space", "wights"],
    "scale": ["reproduce", "low-snr", "--scale", "huge"],
    "paper": ["reproduce", "high-snr"],
    "letters": ["run", "--n-samples", "many"],
    "flag": ["run", "--no-such-flag", "1"],
}

SCRIPT = """
import contextlib, io, json, sys
from sigspike.cli.main import command
answers = {}
for name, arguments in json.load(sys.stdin).items():
    error = io.StringIO()
    with contextlib.redirect_stderr(error), contextlib.redirect_stdout(io.StringIO()):
        try:
            code = command(arguments)
        except SystemExit as stop:
            code = stop.code
    answers[name] = [code, error.getvalue()]
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """All bad calls in one process of its own, where no type checker speaks first."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "file").write_text("")
    (folder / "truncated").mkdir()
    specs = {
        "broken": "n_seeds = = 2",
        "unknown": "axis = 2",
        "type": '[experiment.algorithm]\ntype = "LabelNoise"',
    }
    for name, text in specs.items():
        (folder / f"{name}.toml").write_text(text)
    for part in ("train", "t10k"):
        (folder / "truncated" / f"{part}-images-idx3-ubyte").write_bytes(
            b"\0\0\x08\x03" + b"\0\0\0\x0a" * 3 + bytes(5)
        )
    places = {"{file}": str(folder / "file"), "{truncated}": str(folder / "truncated")}
    places |= {f"{{{name}}}": str(folder / f"{name}.toml") for name in specs}
    before = sorted(path.name for path in folder.iterdir())
    calls = {
        name: [_fill(word, places) for word in arguments] for name, (arguments, *_) in BAD.items()
    } | USAGE
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
    )
    assert sorted(path.name for path in folder.iterdir()) == before, (
        "a refused call left something behind"
    )
    return json.loads(done.stdout)


def _fill(word: str, places: dict[str, str]) -> str:
    for name, path in places.items():
        word = word.replace(name, path)
    return word


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_one_sentence_and_exit_code_2(name, refusals):
    code, error = refusals[name]
    _, argument, value = BAD[name]
    assert code == 2
    assert error.startswith("sigspike: ")
    assert error.count("\n") == 1, error
    assert f"`{argument}`" in error
    assert value in error


@pytest.mark.parametrize("name", USAGE)
def test_a_wrong_word_is_exit_code_2(name, refusals):
    code, error = refusals[name]
    assert code == 2
    assert "Traceback" not in error
    assert USAGE[name][-1] in error or USAGE[name][-2] in error


def test_doctor_says_what_is_here_and_refuses_a_jax_that_computes_wrongly(capsys, monkeypatch):
    main(["--version"])
    assert capsys.readouterr().out == f"sigspike {ss.__version__}\n"
    main(["doctor"])
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told["jax"] == jax.__version__
    assert told["arithmetic"].startswith("jax agrees with NumPy")
    assert told["devices"].startswith("cpu:0")
    assert told["precision"] == ("float32" if FLOAT32 else "float64")
    assert {"cache", "data", "torch", "distributed"} <= told.keys()

    def wrong():
        raise RuntimeError("jax 0.0 computes wrongly on cpu")

    monkeypatch.setattr("sigspike.cli.doctor.verify_jax", wrong)
    with pytest.raises(ss.Refusal, match=r"`jax` must compute rightly: jax 0\.0 computes"):
        main(["doctor"])
