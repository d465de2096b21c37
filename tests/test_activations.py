"""Activations, found from their classes, against NumPy and finite differences."""

from dataclasses import fields

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from by_hand import activated
from by_hand.activations import SIGMA
from conftest import FLOAT32

import sigspike as ss
from sigspike.foundation.check import Range

POWERS = {
    "ReLUPower": (1, 1.5, 2, 2.0001, 3, 4),
    "SignedPower": (1, 2, 2.5, 4),
    "SmoothedReLU": (1, 2.5),
}
ACTIVATIONS = [zoo.specimen(kind) for kind in zoo.concrete(ss.Activation)] + [
    zoo.specimen(getattr(ss, name), power=power)
    for name, powers in POWERS.items()
    for power in powers
]
EDGES = np.array([0.0, 0.5])  # 0, and the corner of the specimen
Z = np.array([-30.0, -2.0, -0.3, -1e-3, 1e-3, 0.2, 0.49, 0.51, 3.0, 30.0])
FAR = np.array([-1e3, *Z, *EDGES, 1e3])
NUMBERS = [
    (activation, field.name)
    for activation in map(zoo.specimen, zoo.concrete(ss.Activation))
    for field in fields(activation)
    if isinstance(field.metadata["domain"], Range) and not field.metadata.get("static")
]
every = pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)


def derivative(sigma, order):
    """Of one number, as a function of many."""
    for _ in range(order):
        sigma = jax.grad(sigma)
    return jax.vmap(sigma)


def test_every_activation_has_an_oracle():
    assert {kind.__name__ for kind in zoo.concrete(ss.Activation)} == set(SIGMA)


@pytest.mark.law
@every
def test_value_and_slope(activation):
    z = np.array([*Z, *EDGES])
    value, slope = activated(activation, z)
    np.testing.assert_allclose(activation(jnp.asarray(z)), value, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(
        derivative(activation, 1)(jnp.asarray(z)), slope, rtol=1e-4, atol=1e-7
    )


@pytest.mark.skipif(FLOAT32, reason="finite differences need float64")
@pytest.mark.parametrize("order", [1, 2])
@every
def test_derivatives_are_the_limits_of_differences(activation, order):
    """Of the slope, and of the slope's slope; away from kinks and corners."""
    lower, step = derivative(activation, order - 1), 1e-6
    ends = [lower(jnp.asarray(Z + side * step)) for side in (1, -1)]
    found = derivative(activation, order)(jnp.asarray(Z))
    np.testing.assert_allclose(found, (ends[0] - ends[1]) / (2 * step), rtol=1e-5, atol=1e-5)


@pytest.mark.law
@pytest.mark.parametrize("order", [0, 1, 2, 3])
@every
def test_derivatives_of_every_order_are_finite_everywhere(activation, order):
    assert np.isfinite(derivative(activation, order)(jnp.asarray(FAR))).all()


def test_derivatives_at_zero_are_those_of_the_function():
    cube = derivative(ss.SignedPower(3), 3)(jnp.zeros(1))
    assert cube == 6
    assert derivative(ss.SignedPower(1), 1)(jnp.zeros(1)) == 1
    assert derivative(ss.Tanh(), 3)(jnp.zeros(1)) == -2
    assert derivative(ss.Softplus(2.0), 2)(jnp.zeros(1)) == pytest.approx(0.5)


@pytest.mark.law
@every
def test_higher_derivatives_of_what_is_silent_are_zero(activation):
    if activation.silent and not isinstance(activation, ss.SignedPower):
        found = [derivative(activation, order)(jnp.array([-1.0, 0.0])) for order in (1, 2, 3)]
        np.testing.assert_array_equal(found, 0)


@pytest.mark.law
@every
def test_silent_is_what_neither_answers_nor_learns_at_zero(activation):
    value, slope = (derivative(activation, order)(jnp.zeros(1))[0] for order in (0, 1))
    assert activation.silent == bool(value == 0 and slope == 0)


@every
def test_nan_stays_nan(activation):
    assert np.isnan(activation(jnp.array(jnp.nan)))


@pytest.mark.skipif(FLOAT32, reason="finite differences need float64")
@pytest.mark.parametrize(("activation", "name"), NUMBERS, ids=str)
def test_numbers_can_be_differentiated(activation, name):
    def value(number):
        return ss.put(activation, name, number)(jnp.asarray(Z))

    start, step = float(getattr(activation, name)), 1e-6
    found = jax.jacobian(value)(start)
    expected = (value(start + step) - value(start - step)) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)
    assert np.abs(found).max() > 1e-3


def test_it_is_written_as_in_code():
    written = [
        str(made) for made in (ss.ReLUPower(2.0), ss.Leaky(0.2), ss.SmoothedReLU(3, 0.1), ss.Tanh())
    ]
    assert written == ["ReLUPower(2)", "Leaky(0.2)", "SmoothedReLU(3, 0.1)", "Tanh()"]
    assert jax.jit(lambda slope: str(ss.Leaky(slope)) and slope)(0.5) == 0.5
