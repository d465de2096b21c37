"""A grid in a file or in flags is the grid in Python."""

import pytest
import xarray as xr
import zoo
from conftest import FLOAT32
from grid_oracle import Grid, check

import sigspike as ss
from sigspike.cli.main import main

pytestmark = pytest.mark.skipif(FLOAT32, reason="cells are compared to float64 rounding")

BASE = zoo.experiment(n_steps=6, record_every=3)


EXPERIMENT = """
[experiment]
n_samples = 8
n_steps = 6
record_every = 3
n_test = 20
measure = "coefficients"
problem = {type = "SignalNoise", dim = 30, signal_strength = 2.0, noise_std = 0.5}
network = {type = "PatchCNN", width = 3}
algorithm = {type = "GradientDescent", learning_rate = 0.3}
[axes]
"""
FILES = {
    "n·SNR² fixed": (
        'along = {fields = {n_samples = [4, 8], "problem.snr" = [0.5, 0.25]}}\n'
        '"problem.dim" = [30, 3000]',
        {
            "along": ss.Linked({"n_samples": [4, 8], "problem.snr": [0.5, 0.25]}),
            "problem.dim": [30, 3000],
        },
    ),
    "a part in a part": (
        '[axes.algorithm.M]\ntype = "GradientDescent"\noptimiser = {type = "HeavyBall"}\n'
        "learning_rate = 0.3\n"
        'schedule = {type = "Cosine", n_steps = 6}',
        {
            "algorithm": {
                "M": ss.GradientDescent(0.3, optimiser=ss.HeavyBall(), schedule=ss.Cosine(6))
            }
        },
    ),
    "counts from start to stop": (
        "n_samples = {start = 4, stop = 8, num = 3}",
        {"n_samples": [4, 6, 8]},
    ),
    "switches and words": (
        '"problem.orthogonal" = [true, false]\n"problem.test_noise" = ["fresh", "training"]',
        {"problem.orthogonal": [True, False], "problem.test_noise": ["fresh", "training"]},
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_means_the_same(name, tmp_path, capsys):
    text, axes = FILES[name]
    (tmp_path / "grid.toml").write_text(f"n_seeds = 2\nseed = 3\n{EXPERIMENT}{text}\n")
    main(["sweep", "--file", str(tmp_path / "grid.toml"), "--out", str(tmp_path / "grid.nc")])
    check(Grid(BASE, axes, 2, 3), xr.load_dataset(tmp_path / "grid.nc", engine="h5netcdf"))


def test_flags_mean_the_same(tmp_path, capsys):
    (tmp_path / "grid.toml").write_text(EXPERIMENT)
    axes = {"problem.snr": [0.5, 0.25], "problem.dim": [30, 3000], "network.width": [1, 3]}
    words = [word for path, values in axes.items() for word in ("--axis", path, *map(str, values))]
    places = [
        "--file",
        str(tmp_path / "grid.toml"),
        "--out",
        str(tmp_path / "grid.nc"),
        "--seed",
        "3",
    ]
    main(["sweep", *places, *words])
    check(Grid(BASE, axes, 1, 3), xr.load_dataset(tmp_path / "grid.nc", engine="h5netcdf"))
