"""Odd axes of a file, each with the argument and the value that its refusal must name."""

import tomllib
from collections.abc import Callable
from typing import Any

import sigspike as ss
from sigspike.cli.axes import read_axis
from sigspike.sweeps.sweep import plan_sweep

BASE = ss.Experiment(
    ss.SignalNoise(30, 1, 0.5),
    ss.PatchCNN(3),
    ss.GradientDescent(0.1),
    n_samples=4,
    n_steps=10,
    n_test=5,
)
ODD = [
    # path, value in TOML, argument, value
    ("problem.snr", "{}", "axes.problem.snr.start", "start"),
    ("problem.snr", "{start = 0.1, stop = 1}", "axes.problem.snr.num", "num"),
    ("problem.snr", "{start = 0.1, stop = 1, num = 2.5}", "axes.problem.snr.num", "2.5"),
    ("problem.snr", "{start = 0.1, stop = 1, num = true}", "axes.problem.snr.num", "True"),
    ("problem.snr", "{start = 0.1, stop = 1, num = 0}", "axes.problem.snr.num", "0"),
    (
        "problem.snr",
        "{start = 0.1, stop = 1, num = 10000000000}",
        "axes.problem.snr.num",
        "10000000000",
    ),
    ("problem.snr", '{start = "a", stop = 1, num = 2}', "axes.problem.snr.start", "'a'"),
    ("problem.snr", "{start = nan, stop = 1, num = 2}", "axes.problem.snr.start", "nan"),
    ("problem.snr", "{start = 0.1, stop = 1, num = 2, step = 3}", "axes.problem.snr", "'step'"),
    ("problem.snr", '{start = 0, stop = 1, num = 2, scale = "log"}', "axes.problem.snr", "above 0"),
    (
        "problem.snr",
        '{start = 0.1, stop = 1, num = 2, scale = "lin"}',
        "axes.problem.snr.scale",
        "'lin'",
    ),
    ("problem.snr", "2026-01-01", "axes", "2026"),
    ("problem.snr", "true", "axes", "True"),
    ("problem.snr", '"0.1"', "axes", "'0.1'"),
    ("problem.snr", '["0.1"]', "snr", "'0.1'"),
    ("problem.snr", "[2026-01-01]", "snr", "2026"),
    ("problem.snr", "[true]", "snr", "True"),
    ("problem.snr", "[[0.1, 0.2]]", "snr", "0.1"),
    ("problem.snr", "[]", "axes", "'problem.snr'"),
    ("algorithm", "[1, 2]", "axes.algorithm", "table"),
    ("algorithm", "{}", "axes", "algorithm"),
    ("algorithm", "{a = 3}", "axes.algorithm.a", "3"),
    ("algorithm", '{a = {type = "SAN"}}', "axes.algorithm.a.type", "did you mean 'SAM'"),
    ("algorithm", "{a = {type = [1]}}", "axes.algorithm.a.type", "[1]"),
    ("algorithm", '{a = {type = "SAM", radius = 0.1}}', "learning_rate", "learning_rate"),
    (
        "algorithm",
        '{a = {type = "SGD", learning_rate = 0.1, batch_size = 2, schedule = 3}}',
        "axes.algorithm.a.schedule",
        "3",
    ),
    ("algorithm", "{a = {learning_rat = 0.1}}", "axes.algorithm.a", "did you mean 'learning_rate'"),
    ("problem", '{a = {type = "mnist"}}', "axes.problem.a", "data_dir"),
    ("problem", '{a = {type = "mnist", data_dir = 3}}', "data_dir", "3"),
    ("problem", '{a = {type = "digits", classes = 3}}', "classes", "3"),
    ("along", "{fields = 3}", "axes.along.fields", "3"),
    ("along", "{fields = {}}", "axes", "along"),
    ("along", '{fields = {"problem.dim" = [9]}, labels = 3}', "axes.along.labels", "3"),
    ("along", '{fields = {"problem.dim" = [9]}, about = 3}', "axes.along.about", "3"),
    ("along", '{fields = {"problem.dim" = [9]}, abuot = ""}', "axes.along", "'abuot'"),
]


def planned(path: str, text: str) -> Any:
    """The plan of a sweep whose axis is so given in a file."""
    return plan_sweep(
        BASE, {path: read_axis(BASE, path, tomllib.loads(f"value = {text}")["value"])}
    )


def case(
    path: str, text: str, argument: str, value: str
) -> tuple[str, str, str, Callable[[], Any]]:
    return f"{path} = {text}", argument, value, lambda: planned(path, text)


CASES = [case(*row) for row in ODD]
