"""Losses and their slopes, against the formulas in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo

import sigspike as ss

Z = np.array([-3.0, 0.0, 0.5, 1.0, 2.0])
FORMULAS = {
    ss.Logistic: (np.log1p(np.exp(-Z)), -1 / (1 + np.exp(Z))),
    ss.ExponentialLoss: (np.exp(-Z), -np.exp(-Z)),
    ss.Hinge: (np.maximum(0, 1 - Z), np.where(Z < 1, -1.0, 0.0)),
    ss.Squared: ((1 - Z) ** 2 / 2, Z - 1),
}
FORMULAS[ss.CrossEntropy] = FORMULAS[ss.Logistic]
OVERFLOW = {
    ss.Logistic: False,
    ss.CrossEntropy: False,
    ss.ExponentialLoss: True,
    ss.Hinge: False,
    ss.Squared: True,
}


def test_every_loss_has_its_formula_here():
    assert set(zoo.concrete(ss.Loss)) == set(FORMULAS) == set(OVERFLOW)


@pytest.mark.law
@pytest.mark.parametrize("kind", FORMULAS)
def test_value_and_slope(kind):
    value, slope = FORMULAS[kind]
    np.testing.assert_allclose(kind()(jnp.asarray(Z)), value, rtol=1e-6)
    np.testing.assert_allclose(jax.vmap(jax.grad(kind()))(jnp.asarray(Z)), slope, rtol=1e-6)
    assert np.isnan(kind()(jnp.asarray(np.nan)))


@pytest.mark.parametrize("kind", OVERFLOW)
def test_which_losses_overflow(kind):
    most = float(jnp.finfo(jnp.result_type(float)).max)
    assert kind().overflows() is OVERFLOW[kind] is not bool(np.isfinite(kind()(jnp.asarray(-most))))


def test_large_margins_neither_overflow_nor_vanish():
    assert [float(ss.Logistic()(jnp.array(z))) for z in (-1e4, 1e4)] == [1e4, 0]
    assert float(ss.Logistic()(jnp.array(50.0))) == pytest.approx(np.exp(-50), rel=1e-6)
