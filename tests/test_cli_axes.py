"""Experiments and axes as files and command lines give them."""

import subprocess
import sys
import tomllib

import pytest
import zoo

import sigspike as ss
from sigspike.cli.axes import read_axis, read_words
from sigspike.cli.spec import build, read_spec
from sigspike.foundation.check import Refusal
from sigspike.sweeps.axes import read_axes
from sigspike.training.schedules import Cosine

BASE = zoo.experiment()
MOMENTUM = (
    '{type = "GradientDescent", optimiser = {type = "HeavyBall"}, learning_rate = 0.5, '
    'schedule = {type = "Cosine", n_steps = 100, final = 0.1}}'
)


def value(text):
    return tomllib.loads(f"value = {text}")["value"]


def axis(path, text, experiment=BASE):
    """An axis of a TOML file, read as a sweep reads it."""
    return read_axes(experiment, {path: read_axis(experiment, path, value(text))})[0]


def test_a_part_inside_a_part_of_another_type():
    built = build({"algorithm": value(MOMENTUM)}, ss.Experiment, BASE, "experiment")
    assert isinstance(built.algorithm.optimiser, ss.HeavyBall)
    assert isinstance(built.algorithm.schedule, Cosine)
    assert (built.algorithm.schedule.n_steps, float(built.algorithm.schedule.final)) == (
        100,
        pytest.approx(0.1),
    )
    within = f'{{kicked = {{type = "MetaReweighting", learning_rate = 0.1, n_clean = 2, \
        rule = {{start = 0.2}}, disturbance = {{type = "WeightKick", when = 3}}}}, \
        plain = {MOMENTUM}}}'
    kicked, plain = axis("algorithm", within).columns[0]
    assert float(kicked.weights.rule.start) == pytest.approx(0.2)
    assert (float(kicked.weights.disturbance.when), float(kicked.weights.disturbance.size)) == (
        3,
        0.5,
    )
    assert plain.schedule.n_steps == 100
    built = build(
        {"algorithm": {"schedule": {"type": "Cosine", "n_steps": 7}}},
        ss.Experiment,
        BASE,
        "experiment",
    )
    assert built.algorithm.schedule.n_steps == 7
    assert float(built.algorithm.learning_rate) == pytest.approx(
        float(BASE.algorithm.learning_rate)
    )


@pytest.mark.parametrize("path", ["n_samples", "network.width", "n_steps", "problem.dim"])
def test_counts_from_start_to_stop_are_whole(path, capsys):
    base = ss.put(BASE, "record_every", None)
    assert axis(path, "{start = 4, stop = 9, num = 3}", base).labels == (4, 6, 9)
    assert axis(path, '{start = 10, stop = 1000, num = 3, scale = "log"}', base).labels == (
        10,
        100,
        1000,
    )
    assert capsys.readouterr().err == ""
    assert axis(path, "{start = 4, stop = 6, num = 9}", base).labels == (4, 5, 6)
    assert "9 values are 3 whole numbers" in capsys.readouterr().err


def test_numbers_from_start_to_stop():
    assert axis("problem.snr", "{start = 0.1, stop = 0.3, num = 3}").labels == pytest.approx(
        (0.1, 0.2, 0.3)
    )
    assert axis(
        "problem.snr", '{start = 1, stop = 0.01, num = 3, scale = "log"}'
    ).labels == pytest.approx((1, 0.1, 0.01))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"experiment": 3}',
        '{"axes": []}',
        '{"store": 3}',
        '{"seed": ' + "9" * 5000 + "}",
    ],
)
def test_an_odd_file_is_one_sentence(text, tmp_path):
    file = tmp_path / "spec.json"
    file.write_text(text)
    with pytest.raises(Refusal) as refusal:
        read_spec(file)
    assert "\n" not in str(refusal.value)


def test_words_of_an_axis_are_read_as_their_field_has_them():
    said = {
        "space": ("coefficients", "weights"),
        "problem.orthogonal": ("True", "False"),
        "problem.n_noise_patches": ("1", "2"),
        "problem.snr": ("0.1", "1"),
        "network.activation.power": ("2", "2.5"),
        "measure": ("summary",),
    }
    read = {path: read_words(BASE, path, words) for path, words in said.items()}
    assert read == {
        "space": ["coefficients", "weights"],
        "problem.orthogonal": [True, False],
        "problem.n_noise_patches": [1, 2],
        "problem.snr": [0.1, 1],
        "network.activation.power": [2, 2.5],
        "measure": ["summary"],
    }
    sgd = ss.put(BASE, "algorithm", ss.SGD(0.1, 2))
    assert read_words(sgd, "algorithm.batches.batch_size", ("2", "3")) == [2, 3]
    assert read_words(BASE, "record_every", ("None", "3")) == [None, 3]
    for path, word in (
        ("problem.orthogonal", "yes"),
        ("problem.snr", "high"),
        ("algorithm", "sgd"),
    ):
        with pytest.raises(Refusal, match=f"`axis` '{path}'.*'{word}'"):
            read_words(BASE, path, (word,))


SCRIPT = """
import sigspike.cli.main  # before the classes are there
import sigspike as ss
from sigspike.cli.flags import makers
from sigspike.cli.spec import build
import zoo

class Mine(ss.Algorithm):
    "A user's."

names = [maker.__name__ for maker in makers(ss.Algorithm)]
assert {"Mine", "GradientDescent"} <= set(names), names
assert "Algorithm" not in names, names
table = {"type": "Mine", "learning_rate": 0.5}
built = build({"algorithm": table}, ss.Experiment, zoo.experiment(), "experiment")
assert type(built.algorithm) is Mine
table = {"type": "GradientDescent", "learning_rate": 0.5}
built = build({"algorithm": table}, ss.Experiment, built, "experiment")
assert type(built.algorithm) is ss.Algorithm

class Mine(ss.Algorithm):
    "The same again, as a notebook defines it."

assert Mine in makers(ss.Algorithm)
line = ["problem:signal-noise", "--problem.dim", "9"]
line += ["--problem.signal-strength", "1", "--problem.noise-std", "1"]
for kind in ("mine", "gradient-descent"):
    words = [f"algorithm:{kind}", "--algorithm.learning-rate", "1"]
    sigspike.cli.main.main(["check", *line, *words])
exec("class SAM(ss.Algorithm): pass")
try:
    build({"algorithm": {"type": "SAM", "learning_rate": 0.5}}, ss.Experiment, built, "experiment")
except ss.Refusal as refusal:
    print(refusal)
"""


def test_a_users_class_is_offered_beside_its_parent():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, cwd="tests", check=False
    )
    assert done.returncode == 0, done.stderr
    assert "got Mine of __main__, a subclass" in done.stdout
    assert "`SAM` must be the name of one class, got 2" in done.stdout.splitlines()[-1]
