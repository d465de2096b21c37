"""The logistic loss."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sigspike.losses import logistic


@pytest.mark.law
def test_value_and_slope():
    z = np.array([-3.0, 0.0, 2.0])
    np.testing.assert_allclose(logistic(jnp.asarray(z)), np.log1p(np.exp(-z)), rtol=1e-6)
    np.testing.assert_allclose(jax.vmap(jax.grad(logistic))(jnp.asarray(z)), -1 / (1 + np.exp(z)), rtol=1e-6)


def test_large_margins_neither_overflow_nor_vanish():
    assert [float(logistic(jnp.array(z))) for z in (-1e4, 1e4)] == [1e4, 0]
    assert float(logistic(jnp.array(50.0))) == pytest.approx(np.exp(-50), rel=1e-6)
