"""The activation max(0, z)^q and its derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sigspike.activations import relu_power

Z = np.array([-2.0, -1e-3, 0.0, 1e-3, 0.5, 3.0])


@pytest.mark.law
@pytest.mark.parametrize("power", [1, 1.5, 2, 2.0001, 3, 4])
def test_value_and_slope(power):
    base = np.maximum(Z, 0)
    slope = np.where(Z > 0, power * np.where(Z > 0, base, 1) ** (power - 1), 0)
    np.testing.assert_allclose(relu_power(jnp.asarray(Z), power), base**power, rtol=1e-5)
    np.testing.assert_allclose(jax.vmap(jax.grad(lambda z: relu_power(z, power)))(jnp.asarray(Z)), slope, rtol=1e-5)


@pytest.mark.law
@pytest.mark.parametrize("power", [1, 1.5, 2, 2.0001, 3])
def test_higher_derivatives_of_silent_neurons_are_zero(power):
    second = jax.grad(jax.grad(lambda z: relu_power(z, power)))
    third = jax.grad(second)
    assert [derivative(z) for derivative in (second, third) for z in (-1.0, 0.0)] == [0, 0, 0, 0]


@pytest.mark.parametrize("power", [1, 2, 2.5])
def test_nan_stays_nan(power):
    assert np.isnan(relu_power(jnp.array(jnp.nan), power))
