"""An experiment says at which steps it is recorded."""

import numpy as np
import pytest
import zoo

import sigspike as ss


@pytest.mark.parametrize("n_steps", [1, 7, 100, 2000, 100_000])
def test_default_records_reach_the_end(n_steps):
    steps = zoo.experiment(n_steps=n_steps, record_every=None).record_steps
    assert (steps[0], steps[-1]) == (0, n_steps)
    assert len(set(np.diff(steps))) == 1
    assert len(steps) <= 101


@pytest.mark.parametrize(("n_steps", "n_records"), [(1, 5), (10, 40), (1000, 40), (10**6, 60)])
def test_log_spaced_steps_rise_evenly_in_the_logarithm(n_steps, n_records):
    steps = ss.log_spaced(n_steps, n_records)
    assert (steps[0], steps[1], steps[-1]) == (0, 1, n_steps)
    assert all(type(step) is int for step in steps)
    assert np.all(np.diff(steps) > 0)
    assert len(steps) <= n_records
    late = np.array([step for step in steps if step > 100])
    assert np.ptp(np.diff(np.log(late))) < 0.02 if len(late) > 1 else len(steps) <= 12
    assert zoo.experiment(n_steps=n_steps, record_every=None, record_at=steps).record_steps == steps
