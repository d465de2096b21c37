"""Fields by their paths."""

import pytest
import zoo

import sigspike as ss
from sigspike.foundation import paths

SETTING = zoo.experiment(
    algorithm=ss.GradientDescent(0.3, optimiser=ss.HeavyBall(), schedule=ss.Cosine(40, 0.1))
)
PATHS = {
    "n_samples": 9,
    "network.width": 5,
    "problem.noise_std": 0.7,
    "algorithm.schedule.final": 0.2,
}


@pytest.mark.parametrize(("path", "value"), PATHS.items())
def test_put_replaces_what_get_finds_and_nothing_else(path, value):
    changed = ss.put(SETTING, path, value)
    assert paths.get(changed, path) == pytest.approx(value)
    assert paths.get(SETTING, path) != pytest.approx(value)
    assert ss.describe(ss.put(changed, path, paths.get(SETTING, path))) == ss.describe(SETTING)


def test_put_replaces_whole_parts():
    changed = ss.put(SETTING, "algorithm", ss.GradientDescent(0.1))
    assert changed.algorithm == ss.GradientDescent(0.1)


def test_several_fields_are_put_at_once_in_any_order():
    values = {
        "problem.snr": 0.2,
        "problem.dim": 900,
        "problem": zoo.specimen(ss.XORSignals),
        "problem.noise_std": 2.0,
    }
    for order in (values, dict(reversed(values.items()))):
        changed = paths.put_all(SETTING, order).problem
        assert type(changed) is ss.XORSignals
        assert float(changed.signal_strength) == pytest.approx(0.2 * 2.0 * 30)
    # Either alone would be refused
    both = paths.put_all(SETTING, {"n_steps": 7, "record_every": 7})
    assert both.record_steps == (0, 7)


def test_what_moves_with_a_path_is_known():
    assert paths.moved(SETTING, "problem.snr") == {"problem.signal_strength"}
    assert paths.moved(SETTING, "problem.flip_rate") == {
        "problem.flip_rate_positive",
        "problem.flip_rate_negative",
    }
    assert paths.moved(SETTING, "n_samples") == {"n_samples"}
