"""Schedules are the factors that they name, and a run follows them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss

STEPS = np.arange(0, 300, 7)
FORMULAS = [
    (ss.Constant(), np.ones(len(STEPS))),
    (ss.ExponentialDecay(0.02), np.exp(-0.02 * STEPS)),
    (ss.InverseTime(50.0, 0.5), (1 + STEPS / 50) ** -0.5),
    (ss.Cosine(200, 0.1), 0.1 + 0.9 * (1 + np.cos(np.pi * np.minimum(STEPS, 200) / 200)) / 2),
    (
        ss.Cosine(200, 0.1, 20),
        np.minimum(STEPS / 20, 1)
        * (0.1 + 0.9 * (1 + np.cos(np.pi * np.clip(STEPS - 20, 0, 200) / 200)) / 2),
    ),
]


def test_every_schedule_has_its_formula_here():
    assert set(zoo.concrete(ss.Schedule)) == {type(schedule) for schedule, _ in FORMULAS}


@pytest.mark.law
@pytest.mark.parametrize(
    ("schedule", "expected"), FORMULAS, ids=[zoo.label(schedule) for schedule, _ in FORMULAS]
)
def test_factors(schedule, expected, tolerance):
    factors = jax.vmap(schedule)(jnp.asarray(STEPS))
    np.testing.assert_allclose(factors, expected, rtol=tolerance, atol=tolerance)


def test_the_learning_rate_follows_the_schedule_from_step_zero():
    algorithm = ss.GradientDescent(0.5, schedule=ss.InverseTime(2.0))
    assert [float(algorithm.rate(jnp.asarray(step))) for step in range(3)] == pytest.approx(
        [0.5, 0.5 / 1.5, 0.25]
    )
    setting = zoo.experiment(algorithm=algorithm, n_steps=2, record_every=1)
    drawn = zoo.explicit(setting)
    constant = zoo.learn(
        ss.put(setting, "algorithm", ss.GradientDescent(0.5)), drawn, random.key(1)
    )
    record = zoo.learn(setting, drawn, random.key(1))
    np.testing.assert_array_equal(record.gamma[1], constant.gamma[1])
    assert np.any(record.gamma[2] != constant.gamma[2])
